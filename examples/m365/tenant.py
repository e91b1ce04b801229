"""A local simulator of a Microsoft 365 tenant: a test double, not Exchange Online.

It does what a signature service meets: recipients and groups, transport rules,
connectors with certificates, the fields that Exchange stamps and renames, closed
recipients, loops, reports, retries. Every SMTP session runs over a real socket on
loopback; only the clock is simulated, so that 24 hours of retries take a moment.

The model and the sources of its parts are told in the modules of ``simulator/``.

The tenants share a ``Cloud`` (cloud.py); ``lab.py`` sets up all that a run needs.
"""

from __future__ import annotations

import datetime
import textwrap
import uuid
from collections import deque
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from m365.simulator import fields, replies, reports, stamps
from m365.simulator import rules as transport_rules
from m365.simulator.kinds import message_types
from m365.simulator.state import (
    Clock,
    Delivery,
    EnvelopeRecipient,
    Event,
    Mail,
    Recipient,
    Settings,
)

if TYPE_CHECKING:
    from m365.cloud import Cloud

RETRY_MINUTES = 15  # [C] Exchange Online's retry interval
EXPIRY = datetime.timedelta(hours=24)  # [V] default message expiration


@dataclass(slots=True)
class Queued:
    """A message that waits: for its turn, or for its next try."""

    tenant: Tenant
    mail: Mail
    connector: str = ""
    due: datetime.datetime | None = None
    since: datetime.datetime | None = None
    last: str = ""


@dataclass(slots=True)
class Tenant:
    """One tenant: its directory, its connectors, its rules, its knobs."""

    cloud: Cloud
    name: str
    domains: list[str]
    region: str = "here"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    recipients: dict[str, Recipient] = field(default_factory=dict)
    outbound: dict[str, Settings] = field(default_factory=dict)
    inbound: dict[str, Settings] = field(default_factory=dict)
    rules: list[Settings] = field(default_factory=list)
    allow_list: list[str] = field(default_factory=list)
    spf_addresses: set[str] = field(default_factory=set)
    dkim_configs: dict[str, Settings] = field(default_factory=dict)
    dkim_key: bytes | None = None
    arc_seals: bool = False
    from_scope: str = "lenient"
    split_by_rule: bool = True
    expand_before_rules: bool = True
    edge_blocking: bool = True
    strips_claims: bool = True  # CrossTenant fields that a sender has written
    max_recipients: int = 1000

    @property
    def clock(self) -> Clock:
        """The cloud's clock."""
        return self.cloud.clock

    @property
    def dns(self) -> dict[str, bytes]:
        """The simulated DNS: TXT records by name."""
        return self.cloud.dns

    @property
    def initial_domain(self) -> str:
        """The tenant's domain on onmicrosoft."""
        return f"{self.name}.onmicrosoft.example"

    @property
    def accepted_domains(self) -> list[str]:
        """All accepted domains."""
        return [*self.domains, self.initial_domain]

    def is_ours(self, address: str) -> bool:
        """Whether the address is in an accepted domain."""
        return address.rpartition("@")[2].lower() in self.accepted_domains

    def mailbox(
        self, local: str, kind: str = "UserMailbox", **settings: object
    ) -> Recipient:
        """Add a recipient in the first domain."""
        recipient = Recipient(f"{local}@{self.domains[0]}", kind, local)
        for key, value in settings.items():
            setattr(recipient, key, value)
        self.recipients[recipient.address] = recipient
        return recipient

    def find(self, address: str) -> Recipient | None:
        """Return the recipient with this primary or proxy address."""
        address = address.lower()
        if address in self.recipients:
            return self.recipients[address]
        found = (r for r in self.recipients.values() if address in r.proxies)
        return next(found, None)

    def members_of(self, group: str) -> set[str]:
        """Return the addresses of a group's members, nested groups resolved."""
        todo, seen = [group.lower()], set()
        while todo:
            found = self.find(todo.pop())
            for member in found.members if found else ():
                if member not in seen:
                    seen.add(member)
                    todo.append(member)
        return seen

    def live_inbound(self) -> list[Settings]:
        """Return the enabled inbound connectors."""
        return [c for c in self.inbound.values() if c.get("Enabled", True)]

    def sender_domain(self, mail: Mail) -> str:
        """Return the domain that signs: that of From where DKIM is on, else the first."""
        domain = transport_rules.header_from(mail.raw).rpartition("@")[2]
        if domain in self.domains and f"selector1._domainkey.{domain}" in self.dns:
            return domain
        return self.initial_domain  # [V] captured: d=….onmicrosoft.com

    def note(self, mail: Mail, what: str, detail: str) -> None:
        """Write one line of the message trace."""
        event = Event(self.clock.now, self.name, mail.journey or mail.number, what, detail)
        self.cloud.trace.append(event)

    def journey_of(self, raw: bytes) -> int:
        """Return the number under which a message was first seen (by Message-ID)."""
        return self._journeys.get(stamps.correlation(raw), 0)

    _journeys: dict[str, int] = field(default_factory=dict)

    # -- a message's way ---------------------------------------------------------

    def submit(self, sender: str, recipients: list[str], raw: bytes) -> Mail:
        """Take a message from a mailbox (the null sender is an automatic reply)."""
        envelope = [EnvelopeRecipient(address.lower()) for address in recipients]
        mail = Mail(sender.lower(), envelope, raw, authenticated=True)
        mail.journey = mail.number
        mail.raw = stamps.submitted(self, mail)
        self._journeys[stamps.correlation(mail.raw)] = mail.number
        self.note(mail, "submit", f"from {sender or '<>'} to {', '.join(recipients)}")
        self.cloud.enqueue(Queued(self, mail))
        return mail

    def receive(self, mail: Mail, connector: Settings | None, address: str) -> None:
        """Take a message from the edge: judge it, rename its verdicts, promote."""
        verdict = stamps.verdict(self, mail, address)
        retains = bool(connector and connector.get("CloudServicesMailEnabled"))
        stamps.promote(mail, retains)
        internal = bool(connector and connector.get("TreatMessagesAsInternal"))
        if internal and self.is_ours(mail.sender):
            mail.authenticated = True
        mail.raw = stamps.returned(self, mail, verdict)
        known = "Internal" if mail.authenticated else "Anonymous"
        self.note(mail, "accept", f"by {mail.came_by}, AuthAs {known}; {verdict}")
        self.cloud.enqueue(Queued(self, mail))

    def categorize(self, mail: Mail) -> None:
        """Resolve recipients, run the rules, and send each copy on its way."""
        self._resolve(mail, expand=self.expand_before_rules)
        if not mail.recipients:
            return
        for routed in transport_rules.apply(self, mail):
            if routed.reject:
                self.refuse(
                    routed.mail,
                    {r.address: routed.reject for r in routed.mail.recipients},
                )
            elif routed.connector:
                self._route(routed)
            else:
                self._resolve(routed.mail, expand=True)
                self._deliver(routed.mail)

    def _route(self, routed: transport_rules.Routed) -> None:
        recipients = routed.mail.recipients
        for start in range(0, len(recipients), self.max_recipients):
            part = copy(routed.mail)
            part.recipients = recipients[start : start + self.max_recipients]
            item = Queued(self, part, routed.connector, since=self.clock.now)
            self.cloud.enqueue(item)

    def _resolve(self, mail: Mail, expand: bool) -> None:
        """Rewrite proxies, enforce restrictions with today's AuthAs, expand groups."""
        done: dict[str, EnvelopeRecipient] = {}
        refused: dict[str, str] = {}
        todo = deque(mail.recipients)
        while todo:
            wanted = todo.popleft()
            found = self.find(wanted.address)
            if found is None:
                if self.is_ours(wanted.address):
                    refused[wanted.address] = replies.NO_RECIPIENT
                else:
                    done.setdefault(wanted.address, wanted)
                continue
            reason = self._restriction(found, mail)
            if reason:
                refused[found.address] = reason
            elif expand and found.is_group and found.kind != "UnifiedGroup":
                # [V] NOTIFY=NEVER was seen for expansions.
                todo.extend(EnvelopeRecipient(m, notify="NEVER") for m in found.members)
            else:
                done.setdefault(found.address, _as_primary(wanted, found))
        mail.recipients = list(done.values())
        if refused:
            self.refuse(mail, refused)

    def _restriction(self, found: Recipient, mail: Mail) -> str:
        if found.closed and not mail.authenticated:
            return replies.CLOSED["group" if found.is_group else "mailbox"]
        if found.accept_only_from and mail.sender not in found.accept_only_from:
            return replies.NOT_ON_ALLOW_LIST
        return ""

    def _deliver(self, mail: Mail) -> None:
        for recipient in mail.recipients:
            found = self.find(recipient.address)
            arrival = Delivery(
                recipient.address, mail.sender, mail.raw, mail.authenticated, self.clock.now
            )
            if found is None:
                arrival.raw = stamps.first_leg(self, mail, None)
                self.cloud.internet.append(arrival)
                self.note(mail, "send", f"to the internet for {recipient.address}")
                continue
            found.inbox.append(arrival)
            self.note(mail, "deliver", f"to {found.address} ({found.kind})")
            self._react(found, arrival, mail)

    def _react(self, found: Recipient, arrival: Delivery, mail: Mail) -> None:
        """Let a room book, and an absent person answer."""
        meeting = "Calendaring" in message_types(mail.raw, mail.sender)
        if found.kind in ("RoomMailbox", "EquipmentMailbox") and meeting:
            # [V] ProcessExternalMeetingMessages is off by default.
            arrival.processed = mail.authenticated or found.process_external
            verb = "books" if arrival.processed else "leaves the request unprocessed"
            self.note(mail, "room", f"{found.address} {verb}")
        automatic = bool(fields.values(mail.raw, "Auto-Submitted"))
        if found.away and mail.sender and not automatic:
            self.submit("", [mail.sender], _automatic_reply(found, mail))

    def send(self, item: Queued) -> None:
        """Hand a message to its connector's smart host; queue or report what fails."""
        mail, connector = item.mail, self.outbound[item.connector]
        raw = stamps.first_leg(self, mail, connector)
        outcome = self.cloud.link.deliver(connector, mail, raw)
        taken, deferred = outcome.of_class("2"), outcome.of_class("4")
        if taken:
            self.note(
                mail, "route", f"{item.connector}: {_cut(outcome.replies[taken[0]], 60)}"
            )
        refused = {a: outcome.replies[a] for a in outcome.of_class("5")}
        if refused:
            self.refuse(mail, refused)
        if deferred:
            self._retry(item, {address: outcome.replies[address] for address in deferred})

    def _retry(self, item: Queued, deferred: dict[str, str]) -> None:
        rest = copy(item.mail)
        rest.recipients = [r for r in item.mail.recipients if r.address in deferred]
        item.last = next(iter(deferred.values()))
        assert item.since is not None
        if self.clock.now - item.since >= EXPIRY:
            reason = f"{replies.QUEUE_EXPIRED}; {item.last}"
            self.refuse(rest, dict.fromkeys(deferred, reason))
            return
        self.note(rest, "defer", _cut(item.last, 80))
        due = self.clock.now + datetime.timedelta(minutes=RETRY_MINUTES)
        self.cloud.enqueue(Queued(self, rest, item.connector, due, item.since, item.last))

    def refuse(self, mail: Mail, refused: dict[str, str]) -> None:
        """Report to the sender; the null sender gets no report (RFC 5321 6.1)."""
        for address, reply in refused.items():
            self.note(mail, "refuse", f"{address}: {_cut(reply, 100)}")
        if not mail.sender:
            return
        raw = reports.report(self, mail, refused)
        answer = Mail("", [EnvelopeRecipient(mail.sender)], raw, authenticated=True)
        answer.journey = mail.journey
        self.note(mail, "report", f"to {mail.sender}")
        self._deliver(answer)


def _cut(reply: str, width: int) -> str:
    """Cut a long reply between words."""
    return textwrap.shorten(reply, width, placeholder=" …")


def _as_primary(wanted: EnvelopeRecipient, found: Recipient) -> EnvelopeRecipient:
    if wanted.address == found.address:
        return wanted
    # [V] ORCPT keeps the proxy address that was written.
    return EnvelopeRecipient(found.address, f"rfc822;{wanted.address}", wanted.notify)


def _automatic_reply(found: Recipient, mail: Mail) -> bytes:
    lines = [
        f"From: <{found.address}>",
        f"To: <{mail.sender}>",
        "Subject: Automatic reply",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        found.away,
        "",
    ]
    return "\r\n".join(lines).encode()
