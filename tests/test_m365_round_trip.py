"""The round trip over real sockets: what the relay owes a Microsoft 365 tenant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest
from m365_tools import (
    ANN,
    BOB,
    FRIEND,
    Lab,
    Trip,
    demo_mail,
    fields,
    loop_fields,
    people,
    trip,
    without_received,
)

import mailsig


@pytest.fixture
def contoso(tmp_path: Path) -> Iterator[Trip]:
    with trip(tmp_path) as running:
        yield running


_TNEF = demo_mail.message(
    "Rich text",
    BOB,
    'Content-Type: multipart/mixed; boundary="t"',
    "X-MS-TNEF-Correlator: <rich-text@contoso.example>",
    "",
    "--t",
    "Content-Type: text/plain; charset=us-ascii",
    "",
    "",
    "--t",
    'Content-Type: application/ms-tnef; name="winmail.dat"',
    "Content-Transfer-Encoding: base64",
    "",
    "eJ8+Ig==",
    "--t--",
)


class TestReturn:
    """What comes back, and how."""

    def test_an_ordinary_message_comes_back_signed_once_and_arrives_once(
        self, contoso: Trip
    ) -> None:
        contoso.send(demo_mail.plain())
        (arrived,) = contoso.inbox(BOB)
        assert arrived.raw.count(b"the figures are on their way") == 1
        assert contoso.passages[0].signed
        assert len(contoso.lab.cloud.edge.accepted) == 1

    @pytest.mark.parametrize(
        "raw",
        [
            pytest.param(demo_mail.plain(), id="signed"),
            pytest.param(demo_mail.armoured(), id="left-alone"),
            pytest.param(demo_mail.encrypted(), id="encrypted-without-the-stamp-rule"),
            pytest.param(demo_mail.meeting(BOB), id="meeting-without-the-stamp-rule"),
            pytest.param(
                demo_mail.message("Broken", BOB, "Content-Type: multipart/mixed", "", "x"),
                id="unparsable",
            ),
        ],
    )
    def test_nothing_comes_back_without_the_loop_field(
        self, contoso: Trip, raw: bytes
    ) -> None:
        contoso.tenant.rules = contoso.tenant.rules[-1:]  # the catcher alone
        contoso.send(raw)
        (returned,) = contoso.lab.cloud.edge.accepted
        assert loop_fields(returned.raw, contoso.lab) == 1
        assert len(contoso.inbox(BOB)) == 1

    def test_the_secret_never_comes_back(self, contoso: Trip) -> None:
        contoso.send(demo_mail.plain())
        contoso.send(demo_mail.armoured())
        secret = contoso.lab.settings["contoso"].secret.encode()
        for passage, returned in zip(
            contoso.passages, contoso.lab.cloud.edge.accepted, strict=True
        ):
            assert secret in passage.content
            assert secret not in returned.raw
        assert secret not in contoso.inbox(BOB)[0].raw

    def test_neither_secret_nor_content_nor_address_is_logged(self, contoso: Trip) -> None:
        contoso.send(demo_mail.plain())
        log = contoso.lab.log.getvalue()
        assert '"tenant": "contoso"' in log
        for word in (contoso.lab.settings["contoso"].secret, "figures", "Plain", ANN, BOB):
            assert word not in log

    def test_octets_outside_of_the_edits_are_those_that_were_sent(
        self, contoso: Trip
    ) -> None:
        contoso.send(demo_mail.reply())
        (passage,) = contoso.passages
        (returned,) = contoso.lab.cloud.edge.accepted
        assert without_received(returned.raw) == passage.out
        way = contoso.lab.settings["contoso"]
        options = mailsig.Options(
            handled_field=way.loop, marker=way.marker, drop_fields=(way.secret_header,)
        )
        assert way.signature_html is not None
        assert way.signature_text is not None
        signature = mailsig.Signature(
            html=way.signature_html.read_text("utf-8"),
            text=way.signature_text.read_text("utf-8"),
        )
        result = mailsig.rewrite(passage.content, signature, options)
        assert result.message == passage.out
        assert mailsig.apply_edits(result.message, result.inverse) == passage.content

    def test_the_tenants_own_certificate_is_shown(self, contoso: Trip) -> None:
        contoso.send(demo_mail.plain())
        (returned,) = contoso.lab.cloud.edge.accepted
        assert returned.tenant == "contoso"
        assert returned.by == "certificate"
        assert returned.certificate == ("contoso.sign.example",)

    def test_mail_without_a_signature_for_its_sender_comes_back_as_it_was(
        self, contoso: Trip
    ) -> None:
        """Forwarded mail, and the probe of connector validation."""
        contoso.tenant.mailbox("O365ConnectorValidation".lower())
        group = contoso.tenant.find("mailsig-senders@contoso.example")
        assert group is not None
        group.members.append("o365connectorvalidation@contoso.example")
        contoso.send(
            demo_mail.plain(sender="o365connectorvalidation@contoso.example"),
            sender="o365connectorvalidation@contoso.example",
        )
        contoso.send(demo_mail.plain("Forwarded"), sender="someone@elsewhere.example")
        assert [passage.signed for passage in contoso.passages] == [False, False]
        assert len(contoso.inbox(BOB)) == 2

    def test_an_authored_marker_is_where_the_signature_goes(self, contoso: Trip) -> None:
        raw = demo_mail.plain().replace(b"the figures", b"{EMAILSIGNATURE} the figures")
        contoso.send(raw)
        (arrived,) = contoso.inbox(BOB)
        assert b"EMAILSIGNATURE" not in arrived.raw
        assert contoso.passages[0].decision.outcome == "replaced"  # type: ignore[union-attr]


class TestEnvelope:
    """The envelope that comes back is the one that was sent."""

    def test_recipients_that_came_back_are_those_that_were_sent(
        self, contoso: Trip
    ) -> None:
        everybody = [BOB, FRIEND, "dora@contoso.example", "carl@contoso.example"]
        contoso.send(demo_mail.plain(), *everybody)
        sent = [r for p in contoso.passages for r in p.recipients]
        back = [r for a in contoso.lab.cloud.edge.accepted for r in a.recipients]
        assert sorted(back) == sorted(r.decode() for r in sent) == sorted(everybody)
        assert all(len(contoso.inbox(address)) == 1 for address in everybody[:3])

    def test_a_hidden_recipient_stays_hidden(self, contoso: Trip) -> None:
        contoso.send(demo_mail.plain(), BOB, FRIEND)
        (arrived,) = contoso.inbox(FRIEND)
        assert FRIEND.encode() not in arrived.raw

    def test_the_sender_and_its_parameters_come_back(self, contoso: Trip) -> None:
        raw = (
            demo_mail.plain()
            .replace(b"Content-Transfer-Encoding: 7bit", b"")
            .replace(b"figures", "Zahlen für März".encode())
        )
        contoso.send(raw)
        (returned,) = contoso.lab.cloud.edge.accepted
        assert returned.sender == ANN
        assert "BODY=8BITMIME" in returned.parameters

    def test_a_rule_splits_the_message_and_each_copy_arrives(self, contoso: Trip) -> None:
        contoso.send(
            demo_mail.plain(), BOB, "room1@contoso.example", "boss@contoso.example"
        )
        assert [p.recipients for p in contoso.passages] == [[BOB.encode()]]
        assert len(contoso.inbox(BOB)) == 1
        assert len(contoso.inbox("room1@contoso.example")) == 1
        assert len(contoso.inbox("boss@contoso.example")) == 1


class TestDkim:
    """First-leg signatures, made with dkimpy, judged with dkimpy."""

    def _verifies(self, contoso: Trip, raw: bytes) -> bool:
        def lookup(name: bytes, timeout: int = 5) -> bytes | None:
            return contoso.lab.cloud.dns.get(name.decode().rstrip("."))

        return bool(dkim.verify(raw, dnsfunc=lookup))

    @pytest.mark.parametrize(
        "raw",
        [
            pytest.param(demo_mail.armoured(), id="inline-pgp"),
            pytest.param(demo_mail.signed(), id="smime-signed"),
            pytest.param(demo_mail.encrypted(), id="smime-encrypted"),
            pytest.param(demo_mail.meeting(BOB), id="meeting"),
            pytest.param(_TNEF, id="tnef"),
        ],
    )
    def test_the_signature_of_unchanged_mail_still_verifies(
        self, contoso: Trip, raw: bytes
    ) -> None:
        contoso.tenant.arc_seals = True
        contoso.tenant.rules = contoso.tenant.rules[-1:]
        contoso.send(raw)
        (passage,) = contoso.passages
        (returned,) = contoso.lab.cloud.edge.accepted
        assert not passage.signed
        assert self._verifies(contoso, passage.content)
        assert self._verifies(contoso, returned.raw)
        assert any("dkim=pass" in line for line in contoso.events("accept"))
        for name in ("DKIM-Signature", "ARC-Seal", "ARC-Message-Signature"):
            assert len(fields.values(returned.raw, name)) == 1

    def test_the_signatures_of_changed_mail_are_gone(self, contoso: Trip) -> None:
        contoso.tenant.arc_seals = True
        contoso.send(demo_mail.plain())
        (returned,) = contoso.lab.cloud.edge.accepted
        for name in ("DKIM-Signature", "ARC-Seal", "ARC-Message-Signature"):
            assert fields.values(contoso.passages[0].content, name)
            assert not fields.values(returned.raw, name)
        assert any("dkim=none" in line for line in contoso.events("accept"))

    def test_exchange_signs_anew_on_the_way_out(self, contoso: Trip) -> None:
        contoso.send(demo_mail.plain())
        (arrived,) = contoso.inbox(BOB)
        assert self._verifies(contoso, arrived.raw)

    def test_what_we_add_is_signed_by_nobody(self, contoso: Trip) -> None:
        """The loop field and Received lie outside of what the first leg signs."""
        contoso.send(demo_mail.armoured())
        (signature,) = fields.values(contoso.passages[0].content, "DKIM-Signature")
        tags = dict(tag.strip().partition("=")[::2] for tag in signature.split(";"))
        signed = {name.strip().lower() for name in tags["h"].split(":")}
        added = {contoso.lab.settings["contoso"].loop[0].lower(), "received"}
        assert not signed & added


class TestClosedRecipients:
    """The generated rules, and what happens without them."""

    @pytest.mark.parametrize(
        "expand", [True, False], ids=["expanded-first", "expanded-last"]
    )
    @pytest.mark.parametrize(
        "address",
        [
            f"{name}@contoso.example"
            for name in ("board", "club", "boss", "room1", "beamer")
        ],
    )
    def test_closed_groups_mailboxes_and_rooms_get_their_mail(
        self, contoso: Trip, address: str, expand: bool
    ) -> None:
        contoso.tenant.expand_before_rules = expand
        contoso.send(demo_mail.plain(to=address), address)
        target = "dora@contoso.example" if address.startswith("board") else address
        assert len(contoso.inbox(target)) == 1
        assert contoso.reports() == []

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("board@contoso.example", "5.7.133"),
            ("club@contoso.example", "5.7.133"),
            ("boss@contoso.example", "5.7.134"),
        ],
    )
    def test_without_the_exceptions_closed_recipients_refuse_anonymous_mail(
        self, contoso: Trip, address: str, code: str
    ) -> None:
        _without_exceptions(contoso)
        contoso.send(demo_mail.plain(to=address), address)
        assert len(contoso.inbox(address)) == 0
        (report,) = contoso.reports()
        assert f"Status: {code}" in report
        assert address in report

    @pytest.mark.parametrize("excluded", [True, False])
    def test_a_room_books_only_what_was_not_routed(
        self, contoso: Trip, excluded: bool
    ) -> None:
        if not excluded:
            _without_exceptions(contoso)
        contoso.send(demo_mail.meeting(), "room1@contoso.example")
        (arrived,) = contoso.inbox("room1@contoso.example")
        assert arrived.processed is excluded

    @pytest.mark.parametrize(
        ("raw", "count"),
        [
            pytest.param(demo_mail.meeting("dora@contoso.example"), 0, id="meeting"),
            pytest.param(demo_mail.signed(), 0, id="signed"),
            pytest.param(demo_mail.encrypted(), 0, id="encrypted"),
            pytest.param(demo_mail.plain(), 1, id="plain"),
        ],
    )
    def test_sealed_mail_and_meetings_arrive_without_being_routed(
        self, contoso: Trip, raw: bytes, count: int
    ) -> None:
        contoso.send(raw, "dora@contoso.example")
        assert len(contoso.inbox("dora@contoso.example")) == 1
        assert len(contoso.passages) == count

    def test_an_automatic_reply_leaves_without_being_routed(self, contoso: Trip) -> None:
        contoso.send(demo_mail.plain(to="carl@contoso.example"), "carl@contoso.example")
        replies = [d for d in contoso.inbox(ANN) if b"away until Monday" in d.raw]
        assert len(replies) == 1
        assert len(contoso.passages) == 1  # Ann's message, not Carl's answer

    def test_without_the_stamps_an_automatic_reply_is_lost_over_an_address_connector(
        self, contoso: Trip
    ) -> None:
        """A null sender has no domain to be attributed by; nobody is told."""
        tenant = contoso.tenant
        tenant.rules = tenant.rules[-1:]
        for key in ("ExceptIfFromAddressMatchesPatterns", "FromScope", "FromMemberOf"):
            tenant.rules[0].pop(key)
        (connector,) = tenant.inbound.values()
        connector.update(
            RestrictDomainsToCertificate=False, SenderIPAddresses=["127.0.0.1"]
        )
        connector.pop("TlsSenderCertificateName")
        tenant.submit(
            "", [BOB], demo_mail.message("Away", BOB, "Auto-Submitted: auto-replied")
        )
        contoso.lab.cloud.run()
        assert contoso.inbox(BOB) == []
        assert any(
            "5.7.64 Relay Access Denied ATTR36" in r for r in contoso.events("refuse")
        )
        assert contoso.events("report") == []

    def test_header_retention_makes_returned_mail_internal(self, tmp_path: Path) -> None:
        with trip(tmp_path, retain_headers=True) as contoso:
            _without_exceptions(contoso)
            contoso.tenant.expand_before_rules = False
            contoso.send(
                demo_mail.plain(to="board@contoso.example"), "board@contoso.example"
            )
            assert contoso.passages[0].signed
            (arrived,) = contoso.inbox("dora@contoso.example")
            assert arrived.authenticated
            assert not [n for n in _names(arrived.raw) if "crosspremises" in n]


def _without_exceptions(contoso: Trip) -> None:
    tenant = contoso.tenant
    tenant.rules = tenant.rules[-1:]
    tenant.expand_before_rules = False
    for key in ("ExceptIfAnyOfToCcHeader", "ExceptIfSentToMemberOf"):
        tenant.rules[0].pop(key)


def _names(raw: bytes) -> list[str]:
    return [fields.name(piece) for piece in fields.split(raw)[0]]


class TestLoops:
    """A message that comes again is refused, not sent round."""

    def test_without_the_exception_the_sender_is_told_of_the_loop(
        self, contoso: Trip
    ) -> None:
        catcher = contoso.tenant.rules[-1]
        catcher.pop("ExceptIfHeaderContainsWords")
        catcher.pop("ExceptIfHeaderContainsMessageHeader")
        contoso.send(demo_mail.plain())
        assert contoso.inbox(BOB) == []
        (report,) = contoso.reports()
        assert "5.4.6 routing loop" in report
        assert len(contoso.lab.cloud.edge.accepted) == 1  # back once, not twice

    def test_the_word_is_the_tenants_own(self, contoso: Trip) -> None:
        """A fixed word can be written by anyone, who then stays unsigned."""
        header, word = contoso.lab.settings["contoso"].loop
        assert word.lower() != "yes"
        contoso.send(b"%s: Yes\r\n" % header.encode() + demo_mail.plain())
        assert contoso.passages[0].signed
        assert len(contoso.inbox(BOB)) == 1

    def test_names_and_marker_of_xink_work(self, tmp_path: Path) -> None:
        with trip(
            tmp_path,
            loop={"header": "X-Xink-Handled", "value": "Yes"},
            names={"catcher_rule": "Xink-Auto-ReRouting-Catcher"},
        ) as contoso:
            contoso.send(demo_mail.plain())
            (arrived,) = contoso.inbox(BOB)
            assert fields.values(arrived.raw, "X-Xink-Handled") == ["Yes"]
            assert contoso.passages[0].signed


def _add_rival(lab: Lab) -> None:
    people(lab.add("rival"))


class TestTenants:
    """Several tenants in one process: none can use another's way."""

    @pytest.fixture
    def both(self, tmp_path: Path) -> Iterator[Trip]:
        with trip(tmp_path, _add_rival) as running:
            yield running

    def test_each_tenants_mail_returns_with_its_own_certificate(self, both: Trip) -> None:
        both.send(demo_mail.plain())
        both.send(
            demo_mail.plain("Of the rival", sender="ann@rival.example"),
            sender="ann@rival.example",
        )
        shown = {a.sender: (a.tenant, a.certificate) for a in both.lab.cloud.edge.accepted}
        assert shown == {
            ANN: ("contoso", ("contoso.sign.example",)),
            "ann@rival.example": ("rival", ("rival.sign.example",)),
        }

    @pytest.mark.parametrize(
        "forged",
        [
            pytest.param([], id="sender-alone"),
            pytest.param(
                [("X-MS-Exchange-CrossPremises-AuthAs", "Internal")], id="crosspremises"
            ),
            pytest.param([("X-OriginatorOrg", "contoso.example")], id="originator"),
            pytest.param([("X-MS-Exchange-CrossTenant-Id", "ID")], id="tenant-id"),
        ],
    )
    @pytest.mark.parametrize("secret", ["own", "none"])
    def test_a_rival_can_not_send_as_another_tenant(
        self, both: Trip, forged: list[tuple[str, str]], secret: str
    ) -> None:
        """EchoSpoofing: the rival routes mail in the victim's name to the service."""
        cloud = both.lab.cloud
        rival = cloud.tenants["rival"]
        rival.strips_claims = False
        if secret == "none":
            rival.rules[-1].pop("SetHeaderName")
        _let_through(rival)
        victim_id = cloud.tenants["contoso"].id
        given = [(name, victim_id if value == "ID" else value) for name, value in forged]
        raw = fields.prepend(demo_mail.plain(), given)
        rival.submit(ANN, [BOB, "dora@contoso.example"], raw)
        cloud.run()
        assert both.inbox("dora@contoso.example") == []
        assert all(a.tenant != "contoso" for a in cloud.edge.accepted)
        assert ("contoso.sign.example",) not in cloud.edge.certificates
        for delivery in both.inbox(BOB):  # as the rival's own, if at all
            assert b"contoso.sign.example" not in delivery.raw

    def test_a_message_with_two_proofs_is_refused(self, both: Trip) -> None:
        cloud = both.lab.cloud
        rival = cloud.tenants["rival"]
        _let_through(rival)
        stolen = both.lab.settings["contoso"]
        rival.rules[-1]["SetHeaderName"] = "X-Other"
        other = both.lab.settings["rival"]
        raw = fields.prepend(
            demo_mail.plain(),
            [(stolen.secret_header, stolen.secret), (other.secret_header, other.secret)],
        )
        rival.submit(ANN, [BOB], raw)
        cloud.run()
        assert cloud.edge.accepted == []
        assert any("550" in line and "5.7.1" in line for line in both.events("refuse"))

    def test_a_stolen_secret_is_not_enough_against_the_tenants_id(self, both: Trip) -> None:
        cloud = both.lab.cloud
        rival = cloud.tenants["rival"]
        _let_through(rival)
        rival.rules[-1]["SetHeaderValue"] = both.lab.settings["contoso"].secret
        rival.submit(ANN, [BOB], demo_mail.plain())
        cloud.run()
        assert cloud.edge.accepted == []
        assert any("contradict" in line for line in both.events("refuse"))

    def test_forged_cross_premises_fields_of_ones_own_do_not_come_back(
        self, both: Trip
    ) -> None:
        raw = fields.prepend(
            demo_mail.plain(), [("X-MS-Exchange-CrossPremises-AuthAs", "Internal")]
        )
        (connector,) = both.tenant.outbound.values()
        connector["CloudServicesMailEnabled"] = False
        both.send(raw)
        (returned,) = both.lab.cloud.edge.accepted
        assert not fields.values(returned.raw, "X-MS-Exchange-CrossPremises-AuthAs")

    @pytest.mark.parametrize("show", ["nothing", "a-tenants-certificate"])
    def test_only_exchange_may_speak_to_the_service(self, both: Trip, show: str) -> None:
        files = both.lab.authority.issue("thief", ["contoso.sign.example"])
        if show == "nothing":
            both.tenant.outbound["Mailsig outbound"]["TlsSettings"] = None
        both.lab.cloud.link.certificate = files.chain
        both.lab.cloud.link.key = files.key
        both.send(demo_mail.plain())
        assert both.passages == []
        assert any("5.7.1 only for Exchange" in line for line in both.events("refuse"))


def _let_through(tenant: object) -> None:
    """Let a tenant route whatever it likes: its administrator is the attacker."""
    catcher = tenant.rules[-1]  # type: ignore[attr-defined]
    tenant.rules = [catcher]  # type: ignore[attr-defined]
    for key in ("FromScope", "FromMemberOf", "ExceptIfAnyOfToCcHeader"):
        catcher.pop(key)


class TestDkimProof:
    """The other proof: the first leg's own signature."""

    @pytest.fixture
    def by_dkim(self, tmp_path: Path) -> Iterator[Trip]:
        def rival(lab: Lab) -> None:
            people(lab.add("rival", proof="dkim"))

        with trip(tmp_path, rival, proof="dkim") as running:
            yield running

    def test_a_signature_of_the_tenants_domain_is_a_proof(self, by_dkim: Trip) -> None:
        by_dkim.send(demo_mail.plain())
        (returned,) = by_dkim.lab.cloud.edge.accepted
        assert returned.tenant == "contoso"
        assert by_dkim.passages[0].signed

    def test_a_message_without_signature_is_refused(self, by_dkim: Trip) -> None:
        by_dkim.tenant.dkim_key = None
        by_dkim.send(demo_mail.plain())
        assert by_dkim.lab.cloud.edge.accepted == []
        assert "5.7.1" in by_dkim.reports()[0]

    def test_a_signature_that_does_not_verify_is_refused(self, by_dkim: Trip) -> None:
        name = "selector1._domainkey.contoso.example"
        by_dkim.lab.cloud.dns[name] = by_dkim.lab.cloud.dns[
            name.replace("contoso", "rival")
        ]
        by_dkim.send(demo_mail.plain())
        assert by_dkim.lab.cloud.edge.accepted == []

    def test_a_rivals_signature_leads_to_the_rival_alone(self, by_dkim: Trip) -> None:
        cloud = by_dkim.lab.cloud
        rival = cloud.tenants["rival"]
        _let_through(rival)
        rival.submit(ANN, [BOB], demo_mail.plain())
        cloud.run()
        assert all(a.tenant != "contoso" for a in cloud.edge.accepted)
        assert ("contoso.sign.example",) not in cloud.edge.certificates
