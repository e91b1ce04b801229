"""Whose message it is: each proof and each contradiction on its own."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from m365_tools import (
    ANN,
    Lab,
    Reply,
    Tenants,
    demo_mail,
    fields,
    look_up,
    proof,
    signature_for,
    way_for,
)

Fields = list[tuple[str, str]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("m365"))
    lab.add("contoso")
    lab.add("rival")
    yield lab
    lab.close()


def _tenant(lab: Lab, given: Fields) -> str:
    """Return the name of the tenant that these fields prove, or the refusal."""
    raw = fields.prepend(demo_mail.plain(), given)
    found = proof.tenant_of(proof.Header(raw), raw, list(lab.settings.values()), _answers)
    return found.reason if isinstance(found, proof.Refused) else found.name


def _secret(lab: Lab, name: str) -> tuple[str, str]:
    return "X-Mailsig-Tenant", lab.settings[name].secret


NONE = "no proof of a tenant of this service"
TWO = "proof of more than one tenant"
CONTRADICTION = "the proof and the tenant's id contradict each other"


def test_the_secret_proves_its_tenant(lab: Lab) -> None:
    assert _tenant(lab, [_secret(lab, "contoso")]) == "contoso"
    assert _tenant(lab, [_secret(lab, "rival")]) == "rival"


@pytest.mark.parametrize(
    "change",
    [
        lambda secret: "",
        lambda secret: secret[:-1],
        lambda secret: secret + "0",
        lambda secret: secret.upper() + "x",
        lambda secret: f"{secret} {secret}",
        lambda secret: f'"{secret}"',
    ],
)
def test_what_is_like_the_secret_is_no_proof(lab: Lab, change: object) -> None:
    name, secret = _secret(lab, "contoso")
    assert _tenant(lab, [(name, change(secret))]) == NONE  # type: ignore[operator]


def test_a_secret_in_a_second_field_is_no_proof(lab: Lab) -> None:
    assert _tenant(lab, [_secret(lab, "contoso"), _secret(lab, "contoso")]) == NONE
    assert _tenant(lab, [_secret(lab, "contoso"), _secret(lab, "rival")]) == NONE


def test_a_secret_that_could_not_be_removed_is_no_proof(lab: Lab) -> None:
    """A blank before the colon: to some readers that is no field."""
    name, secret = _secret(lab, "contoso")
    assert _tenant(lab, [(f"{name} ", secret)]) == NONE
    assert _tenant(lab, [(f"{name}\t", secret)]) == NONE


def test_a_secret_in_the_body_or_in_another_field_is_no_proof(lab: Lab) -> None:
    name, secret = _secret(lab, "contoso")
    raw = demo_mail.plain() + f"{name}: {secret}\r\n".encode()
    settings = list(lab.settings.values())
    found = proof.tenant_of(proof.Header(raw), raw, settings, _answers)
    assert isinstance(found, proof.Refused)
    assert _tenant(lab, [("X-Other", secret), ("Subject", f"x {name}: {secret}")]) == NONE


def test_two_proofs_are_none(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    try:
        lab.add("contoso")
        lab.add("rival", secret_header="X-Rival-Proof")
        both = [_secret(lab, "contoso"), ("X-Rival-Proof", lab.settings["rival"].secret)]
        assert _tenant(lab, both) == TWO
    finally:
        lab.close()


@pytest.mark.parametrize(
    ("name", "of", "answer"),
    [
        ("X-MS-Exchange-CrossTenant-Id", "contoso", "contoso"),
        ("X-MS-Exchange-CrossTenant-Id", "rival", CONTRADICTION),
        ("x-ms-exchange-crosstenant-id", "nobody", CONTRADICTION),
    ],
)
def test_the_tenants_id_may_confirm_and_must_not_contradict(
    lab: Lab, name: str, of: str, answer: str
) -> None:
    tenant = lab.cloud.tenants.get(of)
    value = tenant.id if tenant else "00000000-0000-0000-0000-000000000000"
    assert _tenant(lab, [_secret(lab, "contoso"), (name, value)]) == answer
    # Upper case, and folded: still the same id.
    folded = [_secret(lab, "contoso"), (name, f"\r\n {value.upper()}")]
    assert _tenant(lab, folded) == answer


@pytest.mark.parametrize(
    ("domain", "answer"),
    [
        ("contoso.example", "contoso"),
        ("another.contoso.example", "contoso"),
        ("rival.example", CONTRADICTION),
        ("RIVAL.onmicrosoft.example", CONTRADICTION),
    ],
)
def test_the_originators_domain_must_not_be_another_tenants(
    lab: Lab, domain: str, answer: str
) -> None:
    assert _tenant(lab, [_secret(lab, "contoso"), ("X-OriginatorOrg", domain)]) == answer


@pytest.mark.parametrize("retain", [True, False])
def test_cross_premises_fields_come_back_only_where_the_tenant_retains_headers(
    tmp_path: Path, retain: bool
) -> None:
    lab = Lab(tmp_path)
    try:
        lab.add("contoso", retain_headers=retain)
        way = way_for(lab.settings["contoso"], lab.authority.root)
        claim = ("X-MS-Exchange-CrossPremises-AuthAs", "Internal")
        raw = fields.prepend(demo_mail.plain(), [_secret(lab, "contoso"), claim])
        found = Tenants([way]).find(raw)
        assert isinstance(found, tuple)
        dropped = {name.lower() for name in found[1].drop_fields}
        assert "x-mailsig-tenant" in dropped
        assert (claim[0].lower() in dropped) is not retain
    finally:
        lab.close()


@pytest.mark.parametrize(
    ("sender", "signed"),
    [
        (ANN, True),
        (ANN.upper(), True),
        ("ann@contoso.onmicrosoft.example", True),
        ("", False),
        ("bob@example.net", False),
        ("ann@notcontoso.example", False),
        ("O365ConnectorValidation@contoso.example", False),
    ],
)
def test_who_gets_the_signature(lab: Lab, sender: str, signed: bool) -> None:
    way = way_for(lab.settings["contoso"], lab.authority.root)
    assert (signature_for(way, sender.encode()) is not None) is signed


# --- the proof by DKIM

KEY = rsa.generate_private_key(65537, 2048)
PRIVATE = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
RECORD = b"v=DKIM1; k=rsa; p=" + base64.b64encode(
    KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
)
OWN = b"contoso.example"
DOMAINS = {
    "its own": (OWN, "contoso"),
    "capitals": (b"Contoso.EXAMPLE", "contoso"),
    "another": (b"evil.example", NONE),
    "below it": (b"x.contoso.example", NONE),
    "tab": (OWN + b"\t.evil.example", NONE),
    "blank": (OWN + b" .evil.example", NONE),
    "no-break space": (OWN + b"\xc2\xa0.evil.example", NONE),
    "line tabulation": (OWN + b"\x0b.evil.example", NONE),
}


def _answers(kind: str, name: str) -> list[str]:
    return [RECORD.decode()]


def _by_dkim(lab: Lab) -> list[proof.TenantSettings]:
    return [dataclasses.replace(one, proof="dkim") for one in lab.settings.values()]


def _signed(domain: bytes, body: bytes = b"Hello\r\n") -> bytes:
    raw = b"From: ann@contoso.example\r\nSubject: pay\r\n\r\n" + body
    identity = b"@" + domain
    return (
        bytes(dkim.sign(raw, b"s1", domain, PRIVATE, identity, (b"relaxed", b"relaxed")))
        + raw
    )


@pytest.mark.parametrize(("domain", "answer"), DOMAINS.values(), ids=DOMAINS)
def test_only_a_signature_of_the_very_domain_is_a_proof(
    lab: Lab, domain: bytes, answer: str
) -> None:
    """Whatever is asked for gets a key: the signer's zone answers."""
    try:
        raw = _signed(domain)
    except dkim.DKIMException:
        pytest.skip("dkimpy does not sign for such a domain")
    found = proof.tenant_of(proof.Header(raw), raw, _by_dkim(lab), _answers)
    assert (found.reason if isinstance(found, proof.Refused) else found.name) == answer


def test_a_signature_of_a_part_of_the_body_is_no_proof(lab: Lab) -> None:
    """Whoever has such a message can write behind that part (RFC 6376 8.2)."""
    raw = b"From: ann@contoso.example\r\nSubject: pay\r\n\r\nHello\r\n"
    signature = dkim.sign(raw, b"s1", OWN, PRIVATE, length=True)
    raw = signature + raw + b"and pay to another account\r\n"
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: RECORD)
    found = proof.tenant_of(proof.Header(raw), raw, _by_dkim(lab), _answers)
    assert isinstance(found, proof.Refused)


def test_the_key_is_asked_for_in_lower_case_and_without_the_last_dot(lab: Lab) -> None:
    asked: list[tuple[str, str]] = []
    raw = _signed(b"Contoso.EXAMPLE").replace(b"s=s1;", b"s=S1;", 1)
    proof.tenant_of(
        proof.Header(raw), raw, _by_dkim(lab), lambda *what: asked.append(what) or []
    )
    assert asked == [("TXT", "s1._domainkey.contoso.example")]


def test_a_dns_that_does_not_answer_is_no_refusal(lab: Lab) -> None:
    def fails(kind: str, name: str) -> list[str]:
        raise look_up.LookupFailedError(name)

    raw = _signed(OWN)
    with pytest.raises(look_up.LookupFailedError):
        proof.tenant_of(proof.Header(raw), raw, _by_dkim(lab), fails)


def test_a_look_up_that_breaks_is_no_refusal(lab: Lab) -> None:
    def broken(kind: str, name: str) -> list[str]:
        raise ModuleNotFoundError("dns")

    raw = _signed(OWN)
    with pytest.raises(look_up.LookupFailedError):
        proof.tenant_of(proof.Header(raw), raw, _by_dkim(lab), broken)


def test_one_key_that_is_told_is_enough(lab: Lab) -> None:
    def other_fails(kind: str, name: str) -> list[str]:
        if name.startswith("other."):
            raise look_up.LookupFailedError(name)
        return [RECORD.decode()]

    raw = _signed(OWN)
    raw = raw.replace(b"s=s1;", b"s=other;", 1)[: raw.index(b"From: ") + 3] + raw
    found = proof.tenant_of(proof.Header(raw), raw, _by_dkim(lab), other_fails)
    assert not isinstance(found, proof.Refused)


@pytest.mark.parametrize("tail", [b"x", b"\t"], ids=["blank", "tab"])
def test_what_would_take_a_square_of_steps_is_no_proof(lab: Lab, tail: bytes) -> None:
    """dkimpy reads a run of blanks from each of its octets on."""
    raw = _signed(OWN, b"Hi\r\n") + b" " * 8_000 + tail + b".\r\n"
    asked: list[tuple[str, str]] = []
    found = proof.tenant_of(
        proof.Header(raw), raw, _by_dkim(lab), lambda *what: asked.append(what) or []
    )
    assert isinstance(found, proof.Refused)
    assert asked == []


def test_a_signature_of_endless_folds_is_no_proof(lab: Lab) -> None:
    asked: list[tuple[str, str]] = []
    raw = _signed(OWN).replace(b"s=s1;", b"s=s1; y=a b" + b"\r\n " * 8_000 + b"c;", 1)
    found = proof.tenant_of(
        proof.Header(raw), raw, _by_dkim(lab), lambda *what: asked.append(what) or []
    )
    assert isinstance(found, proof.Refused)
    assert asked == []


def test_many_names_to_look_for_in_many_fields_are_no_proof(lab: Lab) -> None:
    """Each name of ``h=`` is looked for in all fields."""
    asked = []
    names = b":\r\n ".join(b"n%d" % number for number in range(10_000))
    signature = _signed(OWN).partition(b"From: ")[0].replace(b" h=", b" h=" + names + b":")
    raw = signature + b"X: y\r\n" * 10_000 + b"From: ann@contoso.example\r\n\r\nHello\r\n"
    found = proof.tenant_of(
        proof.Header(raw), raw, _by_dkim(lab), lambda *what: asked.append(what) or []
    )
    assert isinstance(found, proof.Refused)
    assert asked == []


@pytest.mark.parametrize("end", [b"\r\n", b""], ids=["body", "no body"])
def test_a_header_section_that_gets_no_loop_field_is_not_read(
    lab: Lab, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read, it would take many times its size in memory."""
    ways = [way_for(one, lab.authority.root) for one in lab.settings.values()]
    monkeypatch.setattr(proof, "Header", None)
    reply = Tenants(ways).find(b"a: b\r\n" * 200_000 + end)
    assert isinstance(reply, Reply)
    assert reply.code == 554


def test_a_line_without_a_colon_is_read_once() -> None:
    line = b"a" * 2_000_000  # from each of its octets on, that would take an hour
    header = proof.Header(b"X-A: 1\r\n" + line + b"\r\nX-B: 2\r\n\r\n")
    assert header.names == ["x-a", "x-b"]


@pytest.mark.parametrize(
    ("sender", "home"),
    [(ANN, "contoso"), (ANN.upper(), "contoso"), ("bob@example.net", None), ("", None)],
)
def test_whose_sender_it_is(lab: Lab, sender: str, home: str | None) -> None:
    ways = [way_for(one, lab.authority.root) for one in lab.settings.values()]
    wanted = {way.settings.name: way.hop for way in ways}
    assert Tenants(ways).home(sender.encode()) == (wanted[home] if home else None)
