"""The simulated tenant does what is documented of the real one."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from m365_tools import (
    ANN,
    BOB,
    FRIEND,
    EnvelopeRecipient,
    Lab,
    Mail,
    Wire,
    demo_mail,
    fields,
    message_types,
    people,
    rules,
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    try:
        people(lab.add("contoso"))
        people(lab.add("rival"))
        lab.onboard("contoso")
        lab.onboard("rival")
        yield lab
    finally:
        lab.close()


@dataclass
class Caller:
    """Who calls the edge, and what it says."""

    sender: str = ANN
    recipient: str = BOB
    tls: bool = True
    certificate: str = ""  # a tenant, or a way to be wrong
    by_address: bool = False  # the connector knows the address, not the certificate


def _context(lab: Lab, kind: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=lab.authority.root)
    names = ["contoso.sign.example"]
    if kind in ("contoso", "rival"):
        files = lab.authority.issue("shown", [f"{kind}.sign.example"])
    elif kind == "untrusted":
        files = lab.rogue.issue("shown", names)
    elif kind in ("expired", "leaf-only"):
        files = lab.authority.issue(
            "shown", names, days=5 if kind == "expired" else 90, age=30
        )
    else:
        return context
    context.load_cert_chain(files.leaf if kind == "leaf-only" else files.chain, files.key)
    return context


def _call(lab: Lab, caller: Caller) -> str:
    """Return the first refusal, or the reply to RCPT."""
    if caller.by_address:
        (connector,) = lab.cloud.tenants["contoso"].inbound.values()
        connector.update(
            RestrictDomainsToCertificate=False, SenderIPAddresses=["127.0.0.1"]
        )
        connector.pop("TlsSenderCertificateName")
    wire = Wire(socket.create_connection(("127.0.0.1", lab.cloud.edge.port), 10), 10)
    try:
        wire.reply()
        wire.ask("EHLO caller.example")
        if caller.tls:
            wire.ask("STARTTLS")
            wire.secure(
                _context(lab, caller.certificate), False, "x.mail.protection.outlook.com"
            )
            wire.ask("EHLO caller.example")
        reply = wire.ask(f"MAIL FROM:<{caller.sender}>")
        if reply[0] != "2":
            return reply
        return wire.ask(f"RCPT TO:<{caller.recipient}>")
    finally:
        wire.close()


DORA = "dora@contoso.example"


class TestAttribution:
    """Which tenant a session belongs to, and what it may do."""

    @pytest.mark.parametrize(
        ("caller", "reply"),
        [
            (Caller(tls=False, by_address=True), "454 4.7.0 Failed to establish"),
            (Caller(certificate="untrusted"), "454 4.7.0 Failed to establish"),
            (Caller(certificate="leaf-only"), "454 4.7.0 Failed to establish"),
            (Caller(certificate="expired"), "454 4.7.0 Failed to establish"),
            (Caller(certificate="contoso"), "250 2.1.5"),
            (Caller(certificate="contoso", sender=""), "250 2.1.5"),
            (Caller(certificate="contoso", recipient=DORA), "250 2.1.5"),
            (
                Caller(certificate="contoso", recipient="nobody@contoso.example"),
                "550 5.4.1",
            ),
            (Caller(certificate="rival"), "550 5.7.64 TenantAttribution"),
            (Caller(certificate="rival", sender="ann@rival.example"), "250 2.1.5"),
            (Caller(by_address=True), "250 2.1.5"),
            (Caller(by_address=True, sender=""), "550 5.7.64 Relay Access Denied ATTR36"),
            (
                Caller(by_address=True, sender=FRIEND),
                "550 5.7.64 Relay Access Denied ATTR36",
            ),
            (Caller(recipient=DORA), "250 2.1.5"),
            (Caller(recipient="nobody@contoso.example"), "550 5.4.1"),
            (Caller(), "550 5.7.64 TenantAttribution"),
            (Caller(tls=False), "550 5.7.64 TenantAttribution"),
        ],
        ids=lambda value: (
            " ".join(f"{k}={getattr(value, k)}" for k in value.__slots__)
            if hasattr(value, "__slots__")
            else None
        ),
    )
    def test_what_the_edge_answers(self, lab: Lab, caller: Caller, reply: str) -> None:
        assert _call(lab, caller).startswith(reply)

    def test_a_tenant_of_another_region_is_not_here(self, lab: Lab) -> None:
        lab.cloud.tenants["contoso"].region = "elsewhere"
        caller = Caller(certificate="contoso", recipient=DORA)
        assert _call(lab, caller).startswith("451 4.4.62")

    def test_a_refusal_ends_with_host_time_and_id(self, lab: Lab) -> None:
        assert _call(lab, Caller()).endswith("08DE]")
        assert "[edge.mail.protection.outlook.com " in _call(lab, Caller())


def _mail(raw: bytes, sender: str = ANN, inside: bool = True) -> Mail:
    return Mail(sender, [EnvelopeRecipient(BOB), EnvelopeRecipient(DORA)], raw, inside)


class TestRules:
    """Conditions, exceptions, actions."""

    def _apply(self, lab: Lab, mail: Mail, **rule: object) -> list[rules.Routed]:
        tenant = lab.cloud.tenants["contoso"]
        action = {"SetHeaderName": "X-Hit", "SetHeaderValue": "1"}
        tenant.rules = [{"Name": "r", "Priority": 0, **action, **rule}]
        return rules.apply(tenant, mail)

    def _hits(self, lab: Lab, mail: Mail, **rule: object) -> list[str]:
        return [
            recipient.address
            for routed in self._apply(lab, mail, **rule)
            for recipient in routed.mail.recipients
            if fields.values(routed.mail.raw, "X-Hit")
        ]

    @pytest.mark.parametrize(
        ("value", "hit"),
        [
            ("Yes", False),
            ("yes, indeed", False),
            ("oh;YES.", False),
            ("Yesterday", True),
            ("=?utf-8?q?Yes?=", False),
            ("", True),
        ],
    )
    def test_words_are_whole_words_in_any_case(
        self, lab: Lab, value: str, hit: bool
    ) -> None:
        raw = f"X-Loop: {value}\r\n".encode() + demo_mail.plain()
        exception = {
            "ExceptIfHeaderContainsMessageHeader": "X-Loop",
            "ExceptIfHeaderContainsWords": ["Yes"],
        }
        assert bool(self._hits(lab, _mail(raw), **exception)) is hit

    @pytest.mark.parametrize(
        ("scope", "inside", "sender", "hit"),
        [
            ("strict", True, ANN, True),
            ("strict", False, ANN, False),
            ("lenient", False, ANN, True),
            ("lenient", False, "stranger@contoso.example", False),
            ("strict", True, FRIEND, False),
        ],
    )
    def test_in_organization(
        self, lab: Lab, scope: str, inside: bool, sender: str, hit: bool
    ) -> None:
        lab.cloud.tenants["contoso"].from_scope = scope
        mail = _mail(demo_mail.plain(sender=sender), sender, inside)
        assert bool(self._hits(lab, mail, FromScope="InOrganization")) is hit

    def test_a_recipient_predicate_splits_the_message(self, lab: Lab) -> None:
        mail = _mail(demo_mail.plain())
        assert self._hits(lab, mail, SentToScope="NotInOrganization") == [BOB]

    def test_without_splitting_it_takes_all_or_none(self, lab: Lab) -> None:
        lab.cloud.tenants["contoso"].split_by_rule = False
        mail = _mail(demo_mail.plain())
        assert self._hits(lab, mail, SentToScope="NotInOrganization") == []

    @pytest.mark.parametrize("setting", [{"Enabled": False}, {"Mode": "Audit"}])
    def test_a_rule_that_is_off_or_audits_does_nothing(
        self, lab: Lab, setting: dict[str, object]
    ) -> None:
        assert self._hits(lab, _mail(demo_mail.plain()), **setting) == []

    def test_a_new_rule_is_not_there_at_once(self, lab: Lab) -> None:
        later = lab.cloud.clock.now + datetime.timedelta(minutes=30)
        assert self._hits(lab, _mail(demo_mail.plain()), _active_from=later) == []
        lab.cloud.clock.advance(30)
        assert self._hits(lab, _mail(demo_mail.plain()), _active_from=later)

    def test_set_header_replaces_what_was_there(self, lab: Lab) -> None:
        raw = b"X-Hit: forged\r\n" + demo_mail.plain()
        (routed,) = self._apply(lab, _mail(raw))
        assert fields.values(routed.mail.raw, "X-Hit") == ["1"]

    def test_processing_stops_where_the_rule_says_so(self, lab: Lab) -> None:
        tenant = lab.cloud.tenants["contoso"]
        first = {"Name": "a", "Priority": 0, "StopRuleProcessing": True}
        second = {
            "Name": "b", "Priority": 1, "SetHeaderName": "X-B", "SetHeaderValue": "1",
        }  # fmt: skip
        tenant.rules = [second, first]
        (routed,) = rules.apply(tenant, _mail(demo_mail.plain()))
        assert fields.values(routed.mail.raw, "X-B") == []


@pytest.mark.parametrize(
    ("raw", "sender", "types"),
    [
        pytest.param(demo_mail.plain(), ANN, set(), id="plain"),
        pytest.param(demo_mail.signed(), ANN, {"Signed"}, id="multipart-signed"),
        pytest.param(demo_mail.encrypted(), ANN, {"Encrypted"}, id="enveloped"),
        pytest.param(demo_mail.meeting(), ANN, {"Calendaring"}, id="meeting"),
        pytest.param(
            demo_mail.message("Away", BOB, "Auto-Submitted: auto-generated", "", "x"),
            "",
            {"OOF"},
            id="automatic-reply",
        ),
        pytest.param(
            demo_mail.message("Away", BOB, "Auto-Submitted: auto-generated", "", "x"),
            ANN,
            set(),
            id="automatic-with-a-sender",
        ),
        pytest.param(
            demo_mail.message(
                "Read", BOB, "Content-Type: multipart/report;",
                ' report-type=disposition-notification; boundary="r"', "", "--r--",
            ),
            "",
            {"ReadReceipt"},
            id="receipt",
        ),
        pytest.param(
            demo_mail.message(
                "Sealed", BOB, "Content-Type: application/pkcs7-mime;",
                ' smime-type="signed-data"', "", "MII=",
            ),
            ANN,
            {"Signed"},
            id="opaque-signed",
        ),
    ],
)  # fmt: skip
def test_message_types(raw: bytes, sender: str, types: set[str]) -> None:
    assert message_types(raw, sender) == types


class TestBorders:
    """Fields that Exchange renames, strips and promotes."""

    def test_verdicts_of_the_first_leg_are_renamed(self, lab: Lab) -> None:
        lab.start()
        tenant = lab.cloud.tenants["contoso"]
        tenant.submit(ANN, [BOB], demo_mail.plain())
        lab.cloud.run()
        (arrived,) = lab.cloud.internet
        for name in (
            "X-Forefront-Antispam-Report-Untrusted",
            "X-Microsoft-Antispam-Untrusted",
            "X-Microsoft-Antispam-Message-Info-Original",
            "X-MS-Office365-Filtering-Correlation-Id-Prvs",
            "X-MS-Exchange-Authentication-Results",
        ):
            assert len(fields.values(arrived.raw, name)) == 1

    def test_organization_fields_do_not_survive_a_border(self, lab: Lab) -> None:
        lab.start()
        raw = b"X-MS-Exchange-Organization-AuthAs: Internal\r\n" + demo_mail.plain()
        lab.cloud.tenants["contoso"].submit(ANN, [BOB], raw)
        lab.cloud.run()
        (arrived,) = lab.cloud.internet
        assert b"Organization-AuthAs" not in arrived.raw

    def test_a_loop_ends_after_twenty_rounds(self, lab: Lab) -> None:
        raw = b"Received: from a by b; x\r\n" * 21 + demo_mail.plain()
        lab.start()
        lab.cloud.tenants["contoso"].submit(ANN, [BOB], raw)
        lab.cloud.run()
        (report,) = [d.raw for d in lab.cloud.tenants["contoso"].recipients[ANN].inbox]
        assert b"5.4.14" in report

    def test_a_proxy_address_is_resolved_and_remembered(self, lab: Lab) -> None:
        tenant = lab.cloud.tenants["contoso"]
        mail = tenant.submit(
            "dora@contoso.example", ["ann.example@contoso.example"], demo_mail.plain()
        )
        lab.start()
        lab.cloud.run()
        assert tenant.recipients[ANN].inbox
        assert mail.recipients[0].orcpt == "rfc822;ann.example@contoso.example"
