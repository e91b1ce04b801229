"""A connection that goes nowhere before the message is there.

Where the message itself decides about its way, the next hop can't be asked at MAIL and
RCPT. A ``HeldConnection`` keeps the envelope, says yes, and opens the real connection
when the policy has seen the message and named the hop (``aim``). Nobody reaches that hop,
or makes us show a certificate there, who has not passed the policy.

Recipients that the hop refuses then would have had their yes already. So where only some
are refused, nothing is delivered: the client is told 451 for the message, and what each
refused recipient was told is remembered (``Verdicts``). When the client comes again, that
recipient gets that reply at RCPT, and the others their message. Nothing is lost, nothing
comes twice, and the classes of replies stay. A relay that has forgotten (a restart, another
process) only needs one more round.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from relay_next_hop import HopConnection, Timeouts, UnfitError
from relay_values import Capabilities, NextHop, Reply

HELD = NextHop(host="held", port=0)
"""What a policy's ``route`` returns when the message is to decide."""

_KEEP_SECONDS = 3600.0
_MOST = 10_000
_OFFER = Capabilities(size=None, eight_bit=True, smtputf8=True, enhanced_codes=True)


class Verdicts:
    """What refused recipients are told when the client comes again: once each.

    At RCPT nobody knows yet which hop a message is for. So what one hop said is not
    remembered for a sender that ``home`` says to belong to another: nobody can have
    recipients refused to somebody else, but for senders that are nobody's (forwarded mail).
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        home: Callable[[bytes], NextHop | None] = lambda sender: None,
    ) -> None:
        """``home`` gives the hop of a sender, an address in octets, or None."""
        self._now = now
        self._home = home
        self._replies: dict[tuple[bytes, bytes], tuple[float, Reply]] = {}

    def remember(self, hop: NextHop, sender: bytes, recipient: bytes, reply: Reply) -> None:
        """Keep a hop's reply for an hour; the oldest go first where there are too many."""
        if self._home(sender[1:-1]) not in (None, hop):
            return
        while len(self._replies) >= _MOST:
            del self._replies[next(iter(self._replies))]
        self._replies[sender, recipient] = (self._now() + _KEEP_SECONDS, reply)

    def take(self, sender: bytes, recipient: bytes) -> Reply | None:
        """Return the reply and forget it."""
        until, reply = self._replies.pop((sender, recipient), (0.0, None))
        return reply if until > self._now() else None


class HeldConnection(HopConnection):
    """Keeps MAIL and RCPT until ``message``; then speaks to the hop it was aimed at."""

    keeps_body = False

    def __init__(self, hostname: str, timeouts: Timeouts, verdicts: Verdicts) -> None:
        self.hop = HELD
        self.timeouts = timeouts
        self.capabilities = _OFFER
        self.dirty = self.used = False
        self._hostname = hostname
        self._verdicts = verdicts
        self._aim: NextHop | None = None
        self._real: HopConnection | None = None
        self._sender, self._parameters = b"", tuple[bytes, ...]()
        self._recipients: list[bytes] = []

    async def open(self) -> None:
        """Wait: there is nobody to call yet."""

    @property
    def is_open(self) -> bool:
        """Whether MAIL may be given: always."""
        return True

    def aim(self, hop: NextHop) -> None:
        """Say where the message that is there goes."""
        self._aim = hop

    async def mail(self, path: bytes, *parameters: bytes) -> Reply:
        """Keep MAIL."""
        self._sender, self._parameters, self._recipients = path, parameters, []
        self._aim = None
        return Reply(250, "2.1.0 sender noted")

    async def recipient(self, path: bytes) -> Reply:
        """Keep RCPT, unless this one was refused a moment ago."""
        verdict = self._verdicts.take(self._sender, path)
        if verdict is not None:
            return verdict
        self._recipients.append(path)
        return Reply(250, "2.1.5 recipient noted")

    async def message(self, octets: bytes, is_wanted: Callable[[], bool]) -> Reply:
        """Open the connection, give the envelope, and the message if all are welcome.

        Raises:
            UnfitError: The hop, of which nothing was known before, takes no such message.
        """
        if self._aim is None:
            raise ValueError("nobody has said where this message goes")
        self._restate_body(octets)
        reply, real = await self._begin(self._aim)
        if not reply.accepted:
            return reply
        can = real.capabilities
        if can.size is not None and len(octets) > can.size:
            reply = Reply(552, "5.3.4 message is too big for the next hop")
            raise UnfitError("too big for the next hop", reply)
        if not can.eight_bit and not octets.isascii():
            reply = Reply(554, "5.6.3 next hop takes no 8-bit message")
            raise UnfitError("would become an 8-bit message", reply)
        refused: dict[bytes, Reply] = {}
        for path in self._recipients:
            answer = await real.recipient(path)
            if not answer.accepted:
                refused[path] = answer
        if refused:
            return self._refusal(real.hop, refused)
        reply = await real.message(octets, is_wanted)
        self.used = True
        return reply

    def _restate_body(self, octets: bytes) -> None:
        # A signature can be the first 8-bit text of a message that was promised without.
        if not octets.isascii():
            others = (p for p in self._parameters if not p.startswith(b"BODY="))
            self._parameters = (*others, b"BODY=8BITMIME")

    async def _begin(self, hop: NextHop) -> tuple[Reply, HopConnection]:
        if self._real is not None and (self._real.hop != hop or not self._real.is_open):
            await self._real.quit()
            self._real = None
        fresh = self._real is None
        real = self._real or await self._connect(hop)
        try:
            return await self._mail(real), real
        except Exception:  # HopTroubleError: idle too long, nothing was accepted yet
            if fresh:
                raise
        real = await self._connect(hop)
        return await self._mail(real), real

    async def _connect(self, hop: NextHop) -> HopConnection:
        self._real = HopConnection(hop, self._hostname, self.timeouts)
        await self._real.open()
        return self._real

    async def _mail(self, real: HopConnection) -> Reply:
        offered = real.capabilities
        if b"SMTPUTF8" in self._parameters and not offered.smtputf8:
            return Reply(553, "5.6.7 SMTPUTF8 is not offered by the next hop")
        given = [
            parameter
            for parameter in self._parameters
            if offered.eight_bit or not parameter.startswith(b"BODY=")
        ]
        return await real.mail(self._sender, *given)

    def _refusal(self, hop: NextHop, refused: dict[bytes, Reply]) -> Reply:
        replies = list(refused.values())
        everybody = len(refused) == len(set(self._recipients))
        if everybody and len({reply.code // 100 for reply in replies}) == 1:
            return replies[0]
        for path, reply in refused.items():
            self._verdicts.remember(hop, self._sender, path, reply)
        return Reply(451, "4.5.3 some recipients were refused: try again, each is told")

    async def quit(self) -> None:
        """Say good-bye to the hop, if one was opened."""
        if self._real is not None:
            await self._real.quit()
            self._real = None

    def close(self) -> None:
        """Close the connection at once."""
        if self._real is not None:
            self._real.close()
            self._real = None
