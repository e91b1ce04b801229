"""The Postfix variant: a real Postfix between the two connectors of simulated tenants."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from m365_tools import (
    ANN,
    BOB,
    EXAMPLES,
    SERVICE,
    Failure,
    Lab,
    demo_mail,
    fields,
    loop_fields,
    people,
    replies,
    stamps,
)

pytest.importorskip("kilter.protocol", reason="kilter.protocol is not installed")
import postfix_tools
from relay_tools import free_port

pytestmark = pytest.mark.skipif(
    bool(postfix_tools.missing()), reason=str(postfix_tools.missing())
)


@dataclass
class Variant:
    """A lab whose service is a Postfix and a milter."""

    lab: Lab
    postfix: postfix_tools.PrivatePostfix

    def send(self, raw: bytes, *recipients: str, sender: str = ANN) -> None:
        """Submit a message and let the tenant hand it to Postfix."""
        tenant = self.lab.cloud.owner_of(sender)
        assert tenant is not None
        tenant.submit(sender, list(recipients or (BOB,)), raw)
        self.lab.cloud.run()

    def wait(self, done: Callable[[], object], seconds: float = 30) -> None:
        """Run the simulation until something is so; Postfix works in its own time."""
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            time.sleep(0.05)
            self.lab.cloud.run()
        assert done(), self.postfix.log()[-3000:]

    def arrived(self, address: str) -> list[bytes]:
        """What arrived at an address."""
        owner = self.lab.cloud.owner_of(address)
        found = owner.find(address) if owner else None
        inbox = found.inbox if found else self.lab.cloud.internet
        return [d.raw for d in inbox if d.recipient == address]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Variant]:
    lab = Lab(tmp_path_factory.mktemp("m365"))
    processes: list[subprocess.Popen[bytes]] = []
    postfix = None
    try:
        for name in ("contoso", "rival"):
            people(lab.add(name))
            lab.onboard(name)
        milter, port = free_port(), free_port()
        folder = lab.folder / "postfix"
        written = _command(
            "postfix",
            f"--folder={folder}",
            f"--tls-cert={lab.relay_files.chain}",
            f"--tls-key={lab.relay_files.key}",
            f"--client-ca={lab.authority.root}",
            f"--return-ca={lab.authority.root}",
            f"--milter=inet:127.0.0.1:{milter}",
            *_tenants(lab),
        )
        assert written.wait(60) == 0
        processes.append(_command("milter", f"--listen=127.0.0.1:{milter}", *_tenants(lab)))
        postfix = _postfix(folder, port)
        lab.cloud.hosts[SERVICE] = ("127.0.0.1", port)
        yield Variant(lab, postfix)
    finally:
        if postfix is not None:
            postfix.stop()
        for process in processes:
            process.terminate()
            process.wait(30)
        lab.close()


def _postfix(folder: Path, port: int) -> postfix_tools.PrivatePostfix:
    """Start the private Postfix with the generated files, as they are."""
    for parent in [folder, *folder.parents][:4]:  # Postfix's users must get there
        parent.chmod(parent.stat().st_mode | 0o011)
    (folder / "transport").chmod(0o644)
    postfix = postfix_tools.PrivatePostfix(
        "[127.0.0.1]:9",
        master=f"127.0.0.1:{port} inet n - n - 50 smtpd\n"
        + (folder / "master.cf.m365").read_text(),
        main=postfix_tools.settings((folder / "main.cf.m365").read_text()),
    )
    try:
        postfix.start(port)
    except RuntimeError:
        postfix.stop()
        raise
    return postfix


def _tenants(lab: Lab) -> list[str]:
    return [f"--tenant={file}" for file in lab.files.values()]


def _command(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(EXAMPLES / "m365_round_trip.py"), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(EXAMPLES.parent)},
    )


@pytest.fixture
def variant(running: Variant) -> Variant:
    cloud = running.lab.cloud
    for owned in (
        cloud.edge.accepted,
        cloud.edge.certificates,
        cloud.internet,
        cloud.trace,
    ):
        owned.clear()
    cloud.edge.failures.clear()
    for tenant in cloud.tenants.values():
        for recipient in tenant.recipients.values():
            recipient.inbox.clear()
    return running


def test_a_message_makes_the_round_trip_signed_and_stamped(variant: Variant) -> None:
    variant.send(demo_mail.plain())
    variant.wait(lambda: variant.arrived(BOB))
    (returned,) = variant.lab.cloud.edge.accepted
    settings = variant.lab.settings["contoso"]
    assert (returned.tenant, returned.by) == ("contoso", "certificate")
    assert returned.certificate == ("contoso.sign.example",)
    assert loop_fields(returned.raw, variant.lab) == 1
    assert settings.secret.encode() not in returned.raw
    assert not fields.values(returned.raw, "DKIM-Signature")
    assert (
        b"Nordlicht" in returned.raw
        or b"data-mailsig" in returned.raw
        or (len(returned.raw) > len(demo_mail.plain()) and b"\r\n-- \r\n" in returned.raw)
    )


def test_the_first_legs_signature_survives_postfix(variant: Variant) -> None:
    variant.send(demo_mail.armoured())
    variant.wait(lambda: variant.arrived(BOB))
    (returned,) = variant.lab.cloud.edge.accepted
    assert loop_fields(returned.raw, variant.lab) == 1
    assert stamps.dkim_verifies(variant.lab.cloud.dns, returned.raw)


def test_each_tenants_mail_returns_its_own_way(variant: Variant) -> None:
    variant.send(demo_mail.plain())
    rival = "ann@rival.example"
    variant.send(demo_mail.plain("Of the rival", sender=rival), sender=rival)
    variant.wait(lambda: len(variant.lab.cloud.edge.accepted) == 2)
    shown = {a.sender: a.certificate for a in variant.lab.cloud.edge.accepted}
    assert shown == {ANN: ("contoso.sign.example",), rival: ("rival.sign.example",)}


def test_a_rival_can_not_send_as_another_tenant(variant: Variant) -> None:
    rival = variant.lab.cloud.tenants["rival"]
    catcher = rival.rules[-1]
    kept = dict(catcher)
    rules, rival.rules = rival.rules, [catcher]
    for key in ("FromScope", "FromMemberOf", "SetHeaderName"):
        catcher.pop(key)
    rival.submit(ANN, [BOB], demo_mail.plain())
    variant.lab.cloud.run()
    catcher.update(kept)
    rival.rules = rules
    refusals = [e.detail for e in variant.lab.cloud.trace if e.what == "refuse"]
    assert any("550 5.7.1 no proof" in line for line in refusals), refusals
    assert variant.lab.cloud.edge.accepted == []


def test_without_a_client_certificate_nothing_is_taken(variant: Variant) -> None:
    import smtplib
    import ssl

    host, port = variant.lab.cloud.hosts[SERVICE]
    context = ssl.create_default_context(cafile=variant.lab.authority.root)
    context.check_hostname = False
    with smtplib.SMTP(host, port, timeout=20) as client:
        assert client.docmd("MAIL", f"FROM:<{ANN}>")[0] == 530
        client.starttls(context=context)
        with pytest.raises((smtplib.SMTPException, OSError)):
            client.sendmail(ANN, [BOB], demo_mail.plain())
    assert variant.lab.cloud.edge.accepted == []


def test_a_temporary_failure_is_retried_by_postfix(variant: Variant) -> None:
    variant.lab.cloud.edge.failures.append(Failure("mail", replies.SERVER_BUSY))
    variant.send(demo_mail.plain())
    variant.wait(lambda: variant.arrived(BOB))
    assert len(variant.arrived(BOB)) == 1
    assert variant.postfix.queued() == 0


def test_a_permanent_failure_is_reported_to_the_sender(variant: Variant) -> None:
    variant.lab.cloud.edge.failures.append(Failure("rcpt", replies.BAD_CONNECTOR))
    variant.send(demo_mail.plain())
    variant.wait(lambda: variant.arrived(ANN))
    (report,) = variant.arrived(ANN)
    assert b"5.7.711" in report
    assert b"multipart/report" in report
    assert variant.lab.cloud.edge.certificates[-1] == ("contoso.sign.example",)


def test_dsn_parameters_are_passed_on(variant: Variant) -> None:
    mail = variant.lab.cloud.tenants["contoso"].submit(ANN, [BOB], demo_mail.plain())
    mail.ret, mail.envid = "HDRS", "QQ314159"
    variant.lab.cloud.run()
    variant.wait(lambda: variant.arrived(BOB))
    (returned,) = variant.lab.cloud.edge.accepted
    assert {"RET=HDRS", "ENVID=QQ314159"} <= set(returned.parameters)


def test_a_message_that_has_been_here_is_refused(variant: Variant) -> None:
    tenant = variant.lab.cloud.tenants["contoso"]
    catcher = tenant.rules[-1]
    kept = dict(catcher)
    catcher.pop("ExceptIfHeaderContainsWords")
    catcher.pop("ExceptIfHeaderContainsMessageHeader")
    variant.send(demo_mail.plain())
    variant.wait(lambda: variant.arrived(ANN))
    catcher.update(kept)
    (report,) = variant.arrived(ANN)
    assert b"5.4.6" in report
    assert variant.arrived(BOB) == []
