"""``check`` says what DNS and the certificate still lack, and nothing else."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import dns.exception
import dns.message
import dns.resolver
import pytest
from m365_tools import Lab, TenantSettings, check, look_up, tenant_file

QUERY = dns.message.make_query("contoso.example", "TXT")
NOW = datetime.datetime.now(datetime.UTC)
GOOD = {
    ("TXT", "contoso.example"): [
        "google-site-verification=x",
        "v=spf1 include:spf.protection.outlook.com include:spf.sign.example -all",
    ],
    ("CNAME", "selector1._domainkey.contoso.example"): [
        "selector1-contoso-example._domainkey.contoso.onmicrosoft.example."
    ],
    ("CNAME", "selector2._domainkey.contoso.example"): [
        "selector2-contoso-example._domainkey.contoso.n-v1.dkim.mail.microsoft."
    ],
}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    lab.add("contoso")
    try:
        yield lab
    finally:
        lab.close()


def _found(
    settings: TenantSettings, records: dict[tuple[str, str], list[str]] = GOOD
) -> list[check.Finding]:
    return list(check.check(settings, lambda *key: records.get(key, []), NOW))


def _faults(findings: list[check.Finding]) -> list[str]:
    return [f"{f.level}: {f.text}" for f in findings if f.level != "ok"]


def test_a_tenant_that_is_ready_has_no_faults(lab: Lab) -> None:
    assert _faults(_found(lab.settings["contoso"])) == []


@pytest.mark.parametrize(
    ("records", "fault"),
    [
        ([], "missing: one SPF record wanted, 0 there"),
        (["v=spf1 -all", "v=spf1 ~all"], "missing: one SPF record wanted, 2 there"),
        (["v=spf1 include:spf.sign.example -all"], "include:spf.protection.outlook.com"),
        (["v=spf1 include:spf.protection.outlook.com -all"], "include:spf.sign.example"),
        (["v=spf1 " + "a:x.example " * 11 + "-all"], "warning: over 10 look-ups"),
        (["v=spf1 include:spf.protection.outlook.com"], "warning: does not end with"),
        (["v=spf1 -include:spf.sign.example -all"], "missing: include:spf.sign.example"),
    ],
)
def test_spf(lab: Lab, records: list[str], fault: str) -> None:
    found = _found(lab.settings["contoso"], {**GOOD, ("TXT", "contoso.example"): records})
    assert any(fault in line for line in _faults(found)), _faults(found)


def test_spf_without_an_include_wants_the_addresses(lab: Lab) -> None:
    settings = dataclasses.replace(lab.settings["contoso"], spf_include="")
    assert "missing: ip4:192.0.2.10" in _faults(_found(settings))


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ([], "missing: selector1._domainkey.contoso.example wants CNAME"),
        (["elsewhere.example."], "missing: selector1._domainkey.contoso.example leads to"),
    ],
)
def test_dkim(lab: Lab, values: list[str], fault: str) -> None:
    key = ("CNAME", "selector1._domainkey.contoso.example")
    found = _found(lab.settings["contoso"], {**GOOD, key: values})
    assert any(line.startswith(fault) for line in _faults(found))


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("leaf-only", "missing: the file lacks the intermediates"),
        ("expired", "missing: is not valid now"),
        ("soon", "warning: valid for "),
        ("other-name", "missing: names contoso.sign.example"),
        ("other-key", "missing: the private key belongs to another certificate"),
        ("no-file", "missing: /nonexistent can't be read: No such file"),
        ("no-key", "missing: /nonexistent can't be read: No such file"),
        ("no-pem", "missing: /dev/null can't be read: ValueError"),
    ],
)
def test_certificate(lab: Lab, kind: str, fault: str) -> None:
    settings = lab.settings["contoso"]
    names = ["else.example"] if kind == "other-name" else ["contoso.sign.example"]
    age, days = {"expired": (30, 5), "soon": (80, 90)}.get(kind, (1, 90))
    files = lab.authority.issue("again", names, days=days, age=age)
    chain = files.leaf if kind == "leaf-only" else files.chain
    key = settings.private_key if kind == "other-key" else files.key
    if kind == "no-file":
        chain = Path("/nonexistent")
    elif kind == "no-key":
        key = Path("/nonexistent")
    elif kind == "no-pem":
        key = Path("/dev/null")
    found = _found(dataclasses.replace(settings, certificate=chain, private_key=key))
    (line,) = _faults(found)
    assert line.startswith(fault)


SIGNATURES = {
    "missing": ("signature_html", None, "missing: FILE: No such file or directory"),
    "template": ("signature_text", b"{{ name }}", "missing: FILE: this is a template: "),
    "no UTF-8": ("signature_text", b"\xff", "missing: FILE: 'utf-8' codec can't decode "),
    "no picture": (
        "signature_html",
        b"<p>Jo<img src='cid:x.png'></p>",
        "missing: FILE: html refers to cid:x.png, but no image has that name",
    ),
    "too wide": (
        "signature_html",
        b"<table width=900><tr><td>Jo</table>",
        "warning: html, line 1: too-wide, ",
    ),
}


@pytest.mark.parametrize(
    ("key", "content", "fault"), SIGNATURES.values(), ids=SIGNATURES.keys()
)
def test_signature(
    lab: Lab, key: str, content: bytes | None, fault: str, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    found = _found(dataclasses.replace(lab.settings["contoso"], **{key: file}))
    faults = [f for f in found if f.level != "ok"]
    assert {f.subject for f in faults} == {"signature"}
    assert any(line.startswith(fault.replace("FILE", str(file))) for line in _faults(found))


def test_a_tenant_without_a_signature_is_none_of_its_business(lab: Lab) -> None:
    settings = dataclasses.replace(
        lab.settings["contoso"], signature_html=None, signature_text=None
    )
    assert _faults(_found(settings)) == []


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (dns.resolver.NXDOMAIN(), []),
        (dns.resolver.NoAnswer(response=dns.message.make_response(QUERY)), []),
        (dns.resolver.NoNameservers(), None),
        (dns.resolver.LifetimeTimeout(timeout=10, errors=[]), None),
    ],
    ids=["no such name", "no such record", "all servers fail", "late"],
)
def test_only_the_dns_itself_says_that_a_record_is_missing(
    lab: Lab,
    error: dns.exception.DNSException,
    answer: list[str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    found = list(check.check(lab.settings["contoso"], look_up.dns_lookup, NOW))
    faults = _faults(found)
    if answer is None:
        with pytest.raises(look_up.LookupFailedError):
            look_up.dns_lookup("TXT", "contoso.example")
        assert len(faults) == 2, "SPF and DKIM"
        assert all(line.startswith("missing: can't be looked up (") for line in faults)
    else:
        assert look_up.dns_lookup("TXT", "contoso.example") == answer
        assert faults[0] == "missing: one SPF record wanted, 0 there"


def test_records_can_come_from_a_file(lab: Lab, tmp_path: Path) -> None:
    tables: dict[str, dict[str, list[str]]] = {"TXT": {}, "CNAME": {}}
    for (kind, name), values in GOOD.items():
        tables[kind][name] = values
    file = tmp_path / "dns.toml"
    lines = []
    for kind, records in tables.items():
        quoted = {f'"{name}"': values for name, values in records.items()}
        lines.append(tenant_file.dumps({kind: quoted}))
    file.write_text("\n".join(lines))
    lookup = look_up.file_lookup(file)
    assert _faults(list(check.check(lab.settings["contoso"], lookup, NOW))) == []
    file.write_text('[TXT]\n"x" = "not a list"\n')
    with pytest.raises(ValueError, match="list of texts"):
        look_up.file_lookup(file)
