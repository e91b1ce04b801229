"""What a simulated tenant consists of, and what is written down about it."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass, field
from typing import Any

Settings = dict[str, Any]
"""A connector or a rule: the parameters of its New- and Set- cmdlet, by their names."""

_numbers = itertools.count(1)


@dataclass(slots=True)
class Clock:
    """The time of the simulation: begins today, moves only when a test moves it.

    It begins today because the TLS sessions are real, and judge certificates by today.
    """

    now: datetime.datetime = field(
        default_factory=lambda: datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    )

    def advance(self, minutes: float) -> None:
        """Let time pass."""
        self.now += datetime.timedelta(minutes=minutes)


@dataclass(slots=True)
class EnvelopeRecipient:
    """One RCPT with its delivery status parameters (RFC 3461 4.1, 4.2)."""

    address: str
    orcpt: str = ""
    notify: str = ""


@dataclass(slots=True)
class Mail:
    """A message in the tenant: its envelope, its octets, and what Exchange knows of it.

    ``internal`` are the X-MS-Exchange-Organization- fields: they never travel as they
    are. ``authenticated`` is Exchange's AuthAs: Internal or Anonymous.
    """

    sender: str
    recipients: list[EnvelopeRecipient]
    raw: bytes
    authenticated: bool
    internal: dict[str, str] = field(default_factory=dict)
    ret: str = ""
    envid: str = ""
    smtputf8: bool = False
    came_by: str = "mailbox"
    number: int = field(default_factory=lambda: next(_numbers))
    journey: int = 0  # the number of the message as it was submitted


@dataclass(slots=True)
class Delivery:
    """What arrived in a mailbox, or left for the internet."""

    recipient: str
    sender: str
    raw: bytes
    authenticated: bool
    when: datetime.datetime
    processed: bool = True  # a room's calendar has dealt with it


GROUPS = ("DistributionGroup", "DynamicDistributionGroup", "UnifiedGroup")
MAILBOXES = ("UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox")


@dataclass(slots=True)
class Recipient:
    """A recipient object of the directory."""

    address: str
    kind: str = "UserMailbox"
    name: str = ""
    proxies: tuple[str, ...] = ()
    closed: bool = False  # RequireSenderAuthenticationEnabled
    accept_only_from: tuple[str, ...] = ()
    members: list[str] = field(default_factory=list)
    process_external: bool = False  # ProcessExternalMeetingMessages
    away: str = ""  # the text of an automatic reply
    inbox: list[Delivery] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        """Whether mail to it goes to its members."""
        return self.kind in GROUPS


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the message trace."""

    when: datetime.datetime
    tenant: str
    journey: int
    what: str  # submit, rule, route, accept, refuse, defer, deliver, send, report, …
    detail: str


@dataclass(slots=True)
class Failure:
    """A failure to inject at the edge: once or often, at one stage of a session.

    ``stage``: connect, ehlo, mail, rcpt, data (before 354), content (after 354), end
    (after the content, nothing is kept), kept (after it, the message is kept).
    ``action``: a reply line, ``drop`` (cut the connection), or ``wait SECONDS``.
    ``match``: part of the recipient's address, for ``rcpt``.
    """

    stage: str
    action: str
    times: int = 1
    match: str = ""
