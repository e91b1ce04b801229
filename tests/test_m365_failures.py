"""What goes wrong on the way back ends in delivery or in a report, never in silence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from m365_tools import (
    ANN,
    BOB,
    FRIEND,
    Failure,
    Lab,
    Trip,
    demo_mail,
    people,
    replies,
    trip,
)

_STAGES = ("mail", "rcpt", "data", "end")
_LATER = {
    "server-busy": replies.SERVER_BUSY,
    "try-later": replies.TRY_LATER,
    "temporary": replies.TEMPORARY,
    "not-accepting": replies.NOT_ACCEPTING,
    "too-many": replies.TOO_MANY_RECIPIENTS,
    "regions": replies.MULTIPLE_REGIONS,
    "other-domain": replies.OTHER_DOMAIN,
    "wrong-region": replies.WRONG_REGION,
    "no-tls": replies.NO_TLS,
}
_NEVER = {
    "bad-connector": replies.BAD_CONNECTOR,
    "daily-limit": replies.DAILY_LIMIT,
    "edge-recipient": replies.NO_RECIPIENT_EDGE,
    "recipient": replies.NO_RECIPIENT,
    "bad-helo": replies.BAD_HELO,
    "no-from": replies.NO_FROM,
    "multiple-from": replies.MULTIPLE_FROM,
    "too-large": replies.TOO_LARGE,
    "attribution": replies.TENANT_ATTRIBUTION,
    "attr36": replies.RELAY_DENIED_ATTR36,
    "closed-group-at-once": replies.CLOSED["group"],
}


@pytest.fixture
def contoso(tmp_path: Path) -> Iterator[Trip]:
    with trip(tmp_path) as running:
        yield running


def _fail(contoso: Trip, stage: str, action: str, times: int = 1, match: str = "") -> None:
    contoso.lab.cloud.edge.failures.append(Failure(stage, action, times, match))


@pytest.mark.parametrize("name", _LATER)
@pytest.mark.parametrize("stage", _STAGES)
def test_a_4xx_defers_and_the_retry_delivers_once(
    contoso: Trip, stage: str, name: str
) -> None:
    _fail(contoso, stage, _LATER[name])
    contoso.send(demo_mail.plain())
    assert contoso.inbox(BOB) == []
    (deferral,) = contoso.events("defer")
    # The class of the edge's reply is the class that the tenant sees, and so is its text.
    assert deferral.startswith(_LATER[name][:9])
    contoso.lab.cloud.run(minutes=30)
    assert len(contoso.inbox(BOB)) == 1
    assert contoso.reports() == []
    assert contoso.lab.cloud.waiting == 0


@pytest.mark.parametrize("name", _NEVER)
@pytest.mark.parametrize("stage", _STAGES)
def test_a_5xx_is_reported_with_the_edges_own_code(
    contoso: Trip, stage: str, name: str
) -> None:
    _fail(contoso, stage, _NEVER[name])
    contoso.send(demo_mail.plain())
    assert contoso.inbox(BOB) == []
    (report,) = contoso.reports()
    assert f"Status: {_NEVER[name].split(' ')[1]}" in report
    assert _NEVER[name] in report
    assert contoso.lab.cloud.waiting == 0


@pytest.mark.parametrize("stage", ["connect", "ehlo", "content", *_STAGES])
def test_a_lost_connection_defers_and_the_retry_delivers_once(
    contoso: Trip, stage: str
) -> None:
    _fail(contoso, stage, "drop", times=3)
    contoso.send(demo_mail.plain())
    assert contoso.inbox(BOB) == []
    assert contoso.events("defer")
    contoso.lab.cloud.run(minutes=60)
    assert len(contoso.inbox(BOB)) == 1
    assert contoso.reports() == []


def test_a_connection_lost_after_the_message_was_kept_makes_one_duplicate_at_most(
    contoso: Trip,
) -> None:
    _fail(contoso, "kept", "drop")
    contoso.send(demo_mail.plain(), minutes=30)
    assert 1 <= len(contoso.inbox(BOB)) <= 2
    assert contoso.lab.cloud.waiting == 0


def test_a_connection_that_went_stale_between_messages_loses_nothing(
    contoso: Trip,
) -> None:
    contoso.send(demo_mail.plain("One"))
    _fail(contoso, "mail", "drop")
    contoso.send(demo_mail.plain("Two"))
    assert contoso.events("defer") == []  # nothing was begun: tried again at once
    assert len(contoso.inbox(BOB)) == 2


def test_a_slow_edge_is_waited_for(contoso: Trip) -> None:
    _fail(contoso, "end", "wait 1")
    contoso.send(demo_mail.plain())
    assert contoso.events("defer") == []
    assert len(contoso.inbox(BOB)) == 1


def test_an_edge_that_never_recovers_ends_in_a_report_after_24_hours(
    contoso: Trip,
) -> None:
    _fail(contoso, "mail", replies.SERVER_BUSY, times=10_000)
    contoso.send(demo_mail.plain(), minutes=25 * 60)
    assert contoso.inbox(BOB) == []
    (report,) = contoso.reports()
    assert "Status: 4.4.7" in report
    assert "4.7.500 Server busy" in report


def test_each_recipient_gets_its_own_answer(contoso: Trip) -> None:
    """One welcome, one to be tried later, one refused: no loss, nothing twice."""
    _fail(contoso, "rcpt", replies.TEMPORARY, match=FRIEND)
    _fail(contoso, "rcpt", replies.NO_RECIPIENT, times=99, match="nobody@")
    contoso.send(demo_mail.plain(), BOB, FRIEND, "nobody@example.com", minutes=90)
    assert len(contoso.inbox(BOB)) == 1
    assert len(contoso.inbox(FRIEND)) == 1
    (report,) = contoso.reports()
    assert "Final-Recipient: rfc822;nobody@example.com" in report
    assert BOB not in report.split("Diagnostic information")[0]
    assert contoso.lab.cloud.waiting == 0


def test_more_recipients_than_the_edge_takes_at_once_all_get_it_once(
    contoso: Trip,
) -> None:
    many = [f"r{number}@example.net" for number in range(250)]
    contoso.send(demo_mail.plain(), *many, minutes=90)
    got = [delivery.recipient for delivery in contoso.lab.cloud.internet]
    assert sorted(got) == sorted(many)
    assert contoso.reports() == []


def test_a_bare_line_feed_is_reported_because_we_take_no_chunks(contoso: Trip) -> None:
    contoso.send(demo_mail.plain() + b"a bare\nline feed\r\n")
    (report,) = contoso.reports()
    assert "Status: 5.6.11" in report


def test_a_message_over_the_edges_limit_is_reported(contoso: Trip) -> None:
    edge = contoso.lab.cloud.edge
    edge.capabilities = tuple(
        "SIZE 2000" if line.startswith("SIZE") else line for line in edge.capabilities
    )
    contoso.send(demo_mail.plain() + b"x" * 70 + b"\r\n" + b"y\r\n" * 1000)
    (report,) = contoso.reports()
    assert "Status: 5.3.4" in report


def test_a_message_over_the_rules_limit_is_delivered_unrouted(contoso: Trip) -> None:
    contoso.tenant.rules[-1]["ExceptIfMessageSizeOver"] = "1KB"
    contoso.send(demo_mail.plain() + b"y\r\n" * 1000)
    assert contoso.passages == []
    assert len(contoso.inbox(BOB)) == 1


class TestCertificates:
    """A certificate that is wrong, on either side, stops mail loudly."""

    def _return_with(self, lab: Lab, kind: str) -> None:
        settings = lab.settings["contoso"]
        names = ["contoso.sign.example"]
        files = {
            "leaf-only": lambda: lab.authority.issue("contoso2", names),
            "expired": lambda: lab.authority.issue("contoso2", names, days=5, age=30),
            "untrusted": lambda: lab.rogue.issue("contoso2", names),
            "other-name": lambda: lab.authority.issue("contoso2", ["else.sign.example"]),
        }[kind]()
        chain = files.leaf if kind == "leaf-only" else files.chain
        settings.certificate.write_bytes(chain.read_bytes())
        settings.private_key.write_bytes(files.key.read_bytes())

    @pytest.mark.parametrize(
        ("kind", "reply"),
        [
            ("leaf-only", "454 4.7.0"),
            ("untrusted", "454 4.7.0"),
            ("expired", "454 4.7.0"),
            ("other-name", "550 5.7.64"),
        ],
    )
    def test_the_tenants_certificate(self, tmp_path: Path, kind: str, reply: str) -> None:
        with trip(tmp_path, lambda lab: self._return_with(lab, kind)) as contoso:
            contoso.send(demo_mail.plain(), minutes=25 * 60)
            assert contoso.inbox(BOB) == []
            (report,) = contoso.reports()
            assert reply[4:] in report

    def test_ours_without_its_chain_is_refused_by_exchange(self, tmp_path: Path) -> None:
        def leaf_only(lab: Lab) -> None:
            lab.relay_files.chain.write_bytes(lab.relay_files.leaf.read_bytes())

        with trip(tmp_path, leaf_only) as contoso:
            contoso.send(demo_mail.plain())
            assert contoso.events("defer")[0].startswith("450 4.4.317")

    def test_a_service_that_is_down_is_waited_for(self, contoso: Trip) -> None:
        host = contoso.lab.cloud.hosts.pop("relay.sign.example")
        contoso.send(demo_mail.plain())
        assert contoso.events("defer")[0].startswith("450 4.4.316")
        contoso.lab.cloud.hosts["relay.sign.example"] = host
        contoso.lab.cloud.run(minutes=30)
        assert len(contoso.inbox(BOB)) == 1


class TestKill:
    """SIGKILL of the service, as a process of its own, at the worst moments."""

    @pytest.fixture
    def lab(self, tmp_path: Path) -> Iterator[Lab]:
        lab = Lab(tmp_path)
        try:
            people(lab.add("contoso"))
            lab.onboard("contoso")
            yield lab
        finally:
            lab.close()

    @pytest.mark.parametrize(
        ("stage", "most"),
        [("rcpt", 1), ("data", 1), ("end", 2), ("kept", 2)],
    )
    def test_nothing_is_lost_and_one_duplicate_is_the_most(
        self, lab: Lab, stage: str, most: int
    ) -> None:
        process = lab.start_process()
        edge = lab.cloud.edge
        edge.failures.append(Failure(stage, "wait 1.5"))
        lab.cloud.tenants["contoso"].submit(ANN, [BOB], demo_mail.plain())
        killer = threading.Thread(target=_when_waiting, args=(lab, process.kill))
        killer.start()
        lab.cloud.run()
        killer.join(60)
        time.sleep(1.6)  # the edge comes out of its wait, to nobody
        process.restart()
        lab.cloud.hosts["relay.sign.example"] = ("127.0.0.1", process.port)
        lab.cloud.run(minutes=30)
        arrived = len([d for d in lab.cloud.internet if d.recipient == BOB])
        assert 1 <= arrived <= most
        assert lab.cloud.waiting == 0
        assert [e.detail for e in lab.cloud.trace if e.what == "report"] == []

    def test_a_stop_on_request_finishes_what_it_has_begun(self, lab: Lab) -> None:
        process = lab.start_process()
        lab.cloud.edge.failures.append(Failure("end", "wait 1"))
        lab.cloud.tenants["contoso"].submit(ANN, [BOB], demo_mail.plain())
        stopper = threading.Thread(target=_when_waiting, args=(lab, process.stop))
        stopper.start()
        lab.cloud.run()
        lab.cloud.link.close()
        stopper.join(60)
        assert [e.what for e in lab.cloud.trace].count("defer") == 0
        assert len(lab.cloud.internet) == 1
        messages = [line for line in process.log if line.get("event") == "message"]
        assert [line["tenant"] for line in messages] == ["contoso"]


def _when_waiting(lab: Lab, end: Callable[[], None]) -> None:
    """End the service when the edge has begun to wait, or after a while."""
    (failure,) = lab.cloud.edge.failures
    for _ in range(3000):
        if failure.times == 0:
            break
        time.sleep(0.01)
    end()
