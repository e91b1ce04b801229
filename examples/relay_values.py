"""What a relay is told and what it may decide: values, and the policy that adapters write.

A relay (relay_server.py) moves octets; a ``Policy`` decides who may send, where the mail
goes next, and what becomes of a message. ``SigningPolicy`` is the plain one: everybody
who may connect, one next hop, ``mailsig.rewrite``. An adapter for another site subclasses
``Policy`` and leaves the relay alone:

* ``admit(peer)`` is asked once, when a client has connected;
* ``route(peer, sender)`` is asked at each MAIL (and at EHLO, with ``sender=None``, so that
  only what the next hop offers is offered): a ``NextHop``, or a refusal;
* ``handle(transaction, content)`` is asked when the message is there: what to deliver, or
  a refusal. It is called in a worker thread when the message is large;
* ``unsigned(transaction, content)`` is asked where what ``handle`` made is too much for
  the next hop: what to deliver in its place;
* ``connection(hop, ...)`` makes the connection (relay_held.py has one that waits for the
  message before it goes anywhere).

An exception in any of them is our own trouble: the client is told 451 and keeps the mail.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from relay_next_hop import HopConnection, Timeouts

    from mailsig import Options, Signature

Tls = Literal["none", "opportunistic", "required"]

_MAX_REPLY_TEXT = 506  # RFC 5321 4.5.3.1.5: 512 octets a line, code and CRLF included
_UNPRINTABLE = re.compile(r"[^ -~\u0080-\ud7ff\ue000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMTP reply: code, and text of one or more lines (RFC 5321 4.2)."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        """Whether this is a 2yz reply."""
        return 200 <= self.code < 300

    def octets(self) -> bytes:
        """Return the reply as sent, without the last CRLF: all its lines, none too long."""
        lines = [
            _cut(_UNPRINTABLE.sub("?", line).encode()) for line in self.text.split("\n")
        ]
        return b"\r\n".join(
            b"%d%b%b" % (self.code, b" " if i == len(lines) - 1 else b"-", line)
            for i, line in enumerate(lines)
        )


def _cut(line: bytes) -> bytes:
    if len(line) <= _MAX_REPLY_TEXT:
        return line
    return line[:_MAX_REPLY_TEXT].decode("utf-8", "ignore").encode()


@dataclass(frozen=True, slots=True)
class NextHop:
    """Where mail goes next, and how.

    ``context`` says which certificates are trusted there and which one is shown;
    ``opportunistic`` uses TLS where it is offered and believes any certificate, and
    ``required`` sends nothing without a certificate that the context believes.
    """

    host: str
    port: int
    tls: Tls = "none"
    context: ssl.SSLContext | None = None
    server_name: str | None = None  # the name the certificate must bear, if not host


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the next hop said after EHLO; ``size`` None: no limit known."""

    size: int | None = None
    eight_bit: bool = True
    smtputf8: bool = False
    enhanced_codes: bool = False


UNKNOWN = Capabilities()


def place(host: str, port: int) -> str:
    """Return ``HOST:PORT``, or ``[IPv6]:PORT``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Peer:
    """The client: its address, the name it gave, and what TLS says about it."""

    address: str
    helo: str = ""
    tls: bool = False
    certificate: bytes | None = None  # DER, verified by the listener's context


@dataclass(slots=True)
class Transaction:
    """One envelope (RFC 5321 3.3). Addresses are octets as the client wrote them."""

    id: str
    peer: Peer
    next_hop: NextHop
    sender: bytes  # between the angle brackets; b"" is the null sender
    parameters: tuple[bytes, ...] = ()
    recipients: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What to deliver, and what to log about it (never text of the message)."""

    chunks: Sequence[bytes | memoryview]
    outcome: str
    note: dict[str, object] = field(default_factory=dict)
    next_hop: NextHop | None = None  # where to, if the policy only knows it now


class Policy:
    """Everybody, to one next hop, unchanged. Subclass it."""

    waits = False  # whether the two below wait for others, as the DNS: they get a thread

    def __init__(self, next_hop: NextHop) -> None:
        self.next_hop = next_hop

    def admit(self, peer: Peer) -> Reply | None:
        """Return the reply that refuses this client, or None."""
        return None

    def route(self, peer: Peer, sender: bytes | None) -> NextHop | Reply:
        """Return where this client's mail goes, or the reply that refuses it."""
        return self.next_hop

    def handle(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        """Return what becomes of the message."""
        return Delivery([content], "unchanged")

    def unsigned(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        """Return what goes out where the signed message can't."""
        return Delivery([content], "unchanged")

    def connection(self, hop: NextHop, hostname: str, timeouts: Timeouts) -> HopConnection:
        """Return a connection to a next hop, not opened yet."""
        from relay_next_hop import HopConnection

        return HopConnection(hop, hostname, timeouts)


class SigningPolicy(Policy):
    """Sign what the library signs; what it doesn't passes as it is.

    ``choose`` gets the envelope's sender and gives its signature, or None.
    ``require`` refuses, for now, what could not be signed although it has a signature.
    """

    def __init__(
        self,
        next_hop: NextHop,
        choose: Callable[[bytes], Signature | None],
        options: Options,
        *,
        require: bool = False,
    ) -> None:
        from mailsig import rewrite  # a checkout may be found later than this module

        super().__init__(next_hop)
        self.rewrite = rewrite
        self.choose = choose
        self.options = options
        self.require = require

    def handle(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        """Run ``mailsig.rewrite``."""
        signature = self.choose(transaction.sender)
        result = self.rewrite(content, signature, self.options)
        reasons = [skip.reason.value for skip in result.skipped]
        missing = signature is not None and not result.signed
        if self.require and missing and not DONE_BEFORE.intersection(reasons):
            return _not_signed(", ".join(reasons))
        rules = [part.rule for part in result.parts]
        note: dict[str, object] = {"rules": rules, "reasons": reasons}
        return Delivery(list(result.chunks()), result.outcome, note)

    def unsigned(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        """Return the message as it came, if that may be."""
        if self.require and self.choose(transaction.sender) is not None:
            return _not_signed("no room for it at the next hop")
        return super().unsigned(transaction, content)


def _not_signed(why: str) -> Reply:
    return Reply(451, f"4.7.1 this message could not be signed: {why}")


DONE_BEFORE = frozenset({"already-handled", "already-signed"})
