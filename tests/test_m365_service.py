"""The command ``serve``: what it refuses to start with, and what it trusts."""

from __future__ import annotations

import argparse
import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from m365_tools import (
    ANN,
    BOB,
    Lab,
    demo_mail,
    look_up,
    people,
    service,
    tenant_file,
    way_for,
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    people(lab.add("contoso"))
    people(lab.add("rival"))
    yield lab
    lab.close()


def _arguments(lab: Lab, *more: str) -> argparse.Namespace:
    import m365_round_trip  # found since m365_tools was imported

    words = service.command_line(
        "127.0.0.1:0", lab.relay_files, lab.authority.root, list(lab.files.values())
    )
    return m365_round_trip._parser().parse_args([*words, *more])


def test_it_starts_with_two_tenants(lab: Lab) -> None:
    policy = service.policy_from(_arguments(lab))
    assert sorted(policy.tenants.ways) == ["contoso", "rival"]


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("name", "contoso", "name"),
        ("secret_file", "contoso.secret", "secret"),
        ("certificate_domain", "contoso.sign.example", "certificate_domain"),
        ("smart_host", "contoso.mail.protection.outlook.com", "smart_host"),
        ("domains", ["contoso.example"], "domain in common"),
    ],
)
def test_tenants_that_could_be_taken_for_one_another_are_refused(
    lab: Lab, key: str, value: object, what: str
) -> None:
    import tomllib

    file = lab.files["rival"]
    table = {**tomllib.loads(file.read_text("utf-8")), key: value}
    file.write_text(tenant_file.dumps(table), encoding="utf-8")
    with pytest.raises(ValueError, match=what):
        service.policy_from(_arguments(lab))


def test_a_tenant_may_have_its_initial_domain_alone(lab: Lab) -> None:
    rival = lab.settings["rival"]
    alone = dataclasses.replace(rival, domains=(rival.initial_domain,))
    service.check_apart([lab.settings["contoso"], alone])


@pytest.mark.parametrize("address", ["0.0.0.0:25", "192.0.2.1:25"])
def test_it_does_not_listen_to_the_world_without_networks(lab: Lab, address: str) -> None:
    with pytest.raises(ValueError, match="not loopback"):
        service.config_from(_arguments(lab, f"--listen={address}"))
    allowed = _arguments(lab, f"--listen={address}", "--allow-network=40.92.0.0/15")
    assert str(service.config_from(allowed).networks) == "(IPv4Network('40.92.0.0/15'),)"


def test_without_a_file_the_systems_roots_judge_the_client(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(lab.authority.root))
    files = lab.relay_files
    context = service.server_context(files.chain, files.key, None)
    assert context.cert_store_stats()["x509_ca"] >= 1


@pytest.mark.parametrize("command", ["serve", "milter"])
@pytest.mark.parametrize("option", ["--listen", "--monitor-port"])
def test_port_that_is_taken_is_named(
    lab: Lab, command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import m365_round_trip

    words = service.command_line(
        "127.0.0.1:0", lab.relay_files, lab.authority.root, list(lab.files.values())
    )
    if command == "milter":
        words = ["milter", *(word for word in words if word.startswith("--tenant="))]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        value = place if option == "--listen" else place.rpartition(":")[2]
        assert m365_round_trip.main([*words, option, value]) == 69
    said = capsys.readouterr().err.lower()
    begin = f"m365_round_trip.py {command}: can't listen on {place}: "
    assert said == begin + "address already in use\n"


@pytest.mark.parametrize("listen", ["unix:", "12031", "127.0.0.1:65536"])
def test_milter_refuses_what_is_no_address(lab: Lab, listen: str) -> None:
    import m365_round_trip

    words = ["milter", f"--tenant={lab.files['contoso']}", f"--listen={listen}"]
    assert m365_round_trip.main(words) == 64


def test_milter_lets_nothing_pass_that_it_is_too_small_for(lab: Lab) -> None:
    """It would keep the tenant's secret, and come again for want of the loop field."""
    from m365.postfix import milter

    tenants = service.tenants_from(list(lab.files.values()), lab.authority.root, None)
    verdict = milter.settings_for(tenants, 1_000).too_big()
    assert bytes(verdict.content) == b"552 5.3.4 message is too big\0"


def test_a_folder_that_postfix_would_misread_is_refused(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import m365_round_trip

    words = [f"--tls-cert={lab.relay_files.chain}", f"--tls-key={lab.relay_files.key}"]
    words += [f"--tenant={lab.files['contoso']}", f"--folder={tmp_path / 'a folder'}"]
    assert m365_round_trip.main(["postfix", *words]) == 64
    said = capsys.readouterr().err
    assert "a path that Postfix would misread" in said
    assert said.count("\n") == 1


def test_milter_refuses_what_gets_no_loop_field(lab: Lab) -> None:
    """It would come again and again, as in the relay."""
    import postfix_milter
    from m365.postfix import milter

    tenants = service.tenants_from(list(lab.files.values()), lab.authority.root, None)
    one = lab.settings["contoso"]
    fields = [(one.secret_header, one.secret.encode()), ("X-Long", b"a" * (1 << 20))]
    now = postfix_milter.Collected(fields=fields, body=[b"Hello\r\n"])
    outcome, _, changes, verdict = milter.settings_for(tenants, 50 << 20).handle(now)
    assert (outcome, changes) == ("refused", [])
    assert bytes(verdict.content).startswith(b"554 5.6.0 ")


@pytest.mark.parametrize("option", ["tls-cert", "tls-key", "client-ca", "return-ca"])
def test_a_file_that_cannot_be_used_is_named(
    lab: Lab, option: str, unusable: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert service.run(_arguments(lab, f"--{option}={unusable}")) == 64
    said = capsys.readouterr().err
    assert str(unusable) in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "key", ["certificate", "private_key", "signature_html", "signature_text"]
)
@pytest.mark.parametrize("content", [None, b"\xff"], ids=["missing", "broken"])
def test_a_tenants_file_that_cannot_be_used_is_named(
    lab: Lab, key: str, content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    settings = dataclasses.replace(lab.settings["contoso"], **{key: file})
    with pytest.raises((OSError, tenant_file.TenantFileError), match=str(file)):
        way_for(settings)


def test_records_can_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "dns.toml"
    file.write_text('[TXT]\n"selector1._domainkey.contoso.example" = ["v=DKIM1; p=x"]\n')
    lookup = look_up.file_lookup(file)
    assert lookup("TXT", "selector1._domainkey.contoso.example") == ["v=DKIM1; p=x"]
    assert lookup("TXT", "nothing.example") == []


@pytest.mark.parametrize("text", ["x = 1", "TXT = []", "[TXT]\na = 5", "[TXT", "\xff"])
def test_a_file_that_holds_no_records_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "dns.toml"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=f"{file}: "):
        look_up.file_lookup(file)


def test_the_process_makes_the_trip_and_logs_neither_secret_nor_content(lab: Lab) -> None:
    lab.onboard("contoso")
    process = lab.start_process()
    lab.cloud.tenants["contoso"].submit(ANN, [BOB], demo_mail.plain())
    lab.cloud.run()
    lab.cloud.link.close()  # a client that never reads would keep the TLS session open
    process.stop()
    assert len(lab.cloud.internet) == 1
    log = str(process.log)
    assert "contoso" in log
    for word in (lab.settings["contoso"].secret, "figures", ANN, BOB):
        assert word not in log
