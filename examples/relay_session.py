"""One client's session: aiosmtpd's SMTP, with its weak places closed.

What aiosmtpd keeps doing: the connection, the command loop, HELO, NOOP, RSET, QUIT. What
is replaced here, and why:

* lines: a command must end with CRLF and hold no other CR, LF or NUL, else the session
  ends (a bare LF would let two commands pass as one); endless lines end it too;
* MAIL, RCPT: octets instead of parsed addresses (relay_commands.py), known parameters
  only, and the next hop's own reply to each;
* DATA: lines of any length, only CRLF.CRLF ends it, memory is reserved before 354, bare
  CR, LF and NUL are refused, and a client that sends for ever is cut off;
* the timer: restarted by each piece of a message, stopped while the next hop works;
* end of input: a delivery that has begun is finished, one that has not is not begun;
* exceptions: 451, and not one word of their text;
* STARTTLS: by asyncio's own means; what was sent ahead in plain ends the session.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, Session
from relay_commands import (
    MailParameters,
    forwarded_parameters,
    mail_parameters,
    parse_mail,
    parse_rcpt,
    utf8_fault,
)
from relay_memory import NO_MEMORY
from relay_next_hop import HopConnection, HopTroubleError
from relay_values import NextHop, Peer, Reply, Transaction

if TYPE_CHECKING:
    from relay_server import Relay

BUFFER = 1 << 16  # octets that wait in a session before the client must wait
_WEB = re.compile(rb"(?:GET|POST|PUT|HEAD|CONNECT|OPTIONS|DELETE) ", re.IGNORECASE)
_HELO = re.compile(r"[!-~]{1,255}")
_END = b"\r\n.\r\n"
_GRACE = 5.0  # seconds in which a client may read our last words


class BadLineError(Exception):
    """A command line that no honest client sends."""


class StrictLines(asyncio.StreamReader):
    """A reader whose lines are SMTP's (RFC 5321 2.3.8)."""

    async def readuntil(self, separator: Any = b"\n") -> bytes:
        """Return the next line; refuse what is not one."""
        try:
            line = await super().readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise BadLineError("500 5.5.2 line too long") from None
        if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
            raise BadLineError("521 5.5.2 bare CR, LF or NUL in a command")
        if _WEB.match(line):
            raise BadLineError("521 5.5.1 this is a mail server")
        return line


class _WithStrictLines(asyncio.StreamReaderProtocol):
    # Stands behind SMTP in the order of classes, so that SMTP's own reader is not used.
    def __init__(self, reader: asyncio.StreamReader, *args: Any, **kwargs: Any) -> None:
        super().__init__(StrictLines(limit=BUFFER, loop=kwargs["loop"]), *args, **kwargs)


class RelaySession(SMTP, _WithStrictLines):
    """The server's side of one connection; the rules are in the module's text."""

    command_size_limit = 1000  # RFC 5321 4.5.3.1.4, and room for parameters
    command_size_limits: dict[str, int] = defaultdict(lambda: 1000)  # noqa: RUF012

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.transaction: Transaction | None = None
        self.declared_size: int | None = None
        self.hop: HopConnection | None = None
        self._ended = False
        self._overdue = False  # the session's time is up, its delivery is not
        config = relay.config
        super().__init__(
            object(),
            hostname=config.hostname,
            ident="ESMTP",
            data_size_limit=config.max_size,
            enable_SMTPUTF8=True,  # arguments arrive as they are; we decide about them
            tls_context=config.tls_context,
            require_starttls=config.require_tls,
            timeout=config.command_seconds,
            loop=asyncio.get_running_loop(),
        )

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register with the relay, and start the command loop."""
        self.is_one_too_many = len(self.relay.sessions) >= self.relay.config.max_connections
        if not self.is_one_too_many:
            self.relay.sessions.add(self)
        super().connection_made(transport)
        self._plain = self._writer.transport  # TLS, if it comes, is a layer on it
        self._lifetime = self.loop.call_later(
            self.relay.config.session_seconds, self._time_is_up
        )
        assert self._handler_coroutine is not None
        self._handler_coroutine.add_done_callback(_retrieve)

    def connection_lost(self, error: Exception | None) -> None:
        """Leave the relay; the next hop's connection is closed once it is idle."""
        if self.transport is None:
            return  # told already
        self._ended = True
        self._lifetime.cancel()
        self.relay.sessions.discard(self)
        if self.hop is not None and self not in self.relay.delivering:
            self.relay.spawn(self.hop.quit())
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """Note that nobody will read our reply, before the command loop is cancelled."""
        self._ended = True
        return super().eof_received()

    def is_there(self) -> bool:
        """Whether the client still waits for our reply."""
        return not self._ended and self.transport is not None

    def peer(self) -> Peer:
        """Return what is known of the client."""
        assert self.session is not None
        address = self.session.peer[0] if self.session.peer else ""
        tls = self._writer.transport.get_extra_info("ssl_object")
        return Peer(
            address=str(address),
            helo=self.session.host_name or "",
            tls=tls is not None,
            certificate=tls.getpeercert(binary_form=True) if tls is not None else None,
        )

    async def _handle_client(self) -> None:
        try:
            refusal = self.relay.admit(self.peer(), is_one_too_many=self.is_one_too_many)
        except Exception as error:
            refusal = self.relay.trouble(error)
        if refusal is not None:
            await self._hang_up(refusal)
        else:
            await super()._handle_client()

    async def push(self, status: Any) -> None:
        """Send a reply; to nobody, if the client is gone."""
        if isinstance(status, Reply):
            status = status.octets()
        if not self._writer.is_closing():
            await super().push(status)

    async def _hang_up(self, reply: Reply) -> None:
        await self.push(reply)
        self._leave()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
        await asyncio.sleep(0)  # here it ends: no line sent ahead is executed any more

    def _timeout_cb(self) -> None:
        if not self._writer.is_closing():
            self._writer.write(b"421 4.4.2 timeout\r\n")
        super()._timeout_cb()  # type: ignore[no-untyped-call]
        self._leave()

    def _time_is_up(self) -> None:
        # Who hears 421 while the next hop takes the message sends it again.
        self._overdue = True
        if self not in self.relay.delivering:
            self._timeout_cb()

    def _leave(self) -> None:
        """Close the connection; who doesn't read what is left loses it after a while."""
        self._ended = True
        self._writer.close()
        # One of TLS that was closed twice is deaf to abort.
        self.loop.call_later(_GRACE, self._plain.abort)

    def go_away(self) -> None:
        """End an idle session because the relay stops; a busy one ends by itself."""
        if self.transaction is None and not self._writer.is_closing():
            self._writer.write(b"421 4.3.2 service is stopping\r\n")
            self._leave()

    async def handle_exception(self, error: Exception) -> str:
        """Return the reply for trouble of ours: 451; nothing of the exception is told."""
        if isinstance(error, BadLineError):
            code, _, text = str(error).partition(" ")
            await self._hang_up(Reply(int(code), text))
            return str(error)
        return self.relay.trouble(error).octets().decode()

    # Greetings

    async def smtp_HELO(self, hostname: str | None) -> None:
        """Answer HELO."""
        await self._greet(hostname, extended=False)

    async def smtp_EHLO(self, hostname: str | None) -> None:
        """Answer EHLO with what both we and the next hop can do."""
        await self._greet(hostname, extended=True)

    async def _greet(self, name: str | None, *, extended: bool) -> None:
        if not name or not _HELO.fullmatch(name):
            await self.push(Reply(501, "5.5.4 Syntax: EHLO hostname"))
            return
        assert self.session is not None
        self._set_rset_state()
        self.session.extended_smtp = extended
        self.session.host_name = name
        lines = [self.relay.config.hostname]
        if extended and self.require_starttls and not self.peer().tls:
            lines.append("STARTTLS")  # the next hop is not disturbed for strangers
        elif extended:
            async with self._unhurried():
                lines += await self._extensions()
        await self.push(Reply(250, "\n".join(lines)))

    async def _extensions(self) -> list[str]:
        offer = await self.relay.offer(self)
        lines = [f"SIZE {offer.size}", "PIPELINING"]
        lines += ["8BITMIME"] if offer.eight_bit else []
        lines += ["SMTPUTF8"] if offer.smtputf8 else []
        lines += ["ENHANCEDSTATUSCODES"] if offer.enhanced_codes else []
        if self.tls_context is not None and not self.peer().tls:
            lines.append("STARTTLS")
        return lines

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Start TLS and forget all that was said before (RFC 3207 4.2)."""
        if arg or self.tls_context is None or self.peer().tls:
            await self.push(Reply(501 if arg else 454, "5.5.4 TLS not available"))
            return
        if self._reader._buffer:  # type: ignore[attr-defined]
            await self._hang_up(Reply(501, "5.5.1 nothing may follow STARTTLS"))
            return
        await self.push(Reply(220, "2.0.0 ready to start TLS"))
        # AttributeError: asyncio's own, where we have closed the connection meanwhile.
        with contextlib.suppress(OSError, AttributeError):
            await self._writer.start_tls(self.tls_context, ssl_handshake_timeout=30)
        if self._writer.transport in (self._plain, None):
            self._writer._transport = self._plain  # type: ignore[attr-defined]
            self._leave()
            self.connection_lost(None)  # asyncio does not always tell
            raise ConnectionResetError("TLS handshake failed")
        if self._reader._buffer:  # type: ignore[attr-defined]
            self._writer.close()
            raise ConnectionResetError("plain text before the handshake")
        self._adopt_tls()

    def _adopt_tls(self) -> None:
        transport = self._writer.transport
        self.transport = transport
        self._reader._transport = transport  # type: ignore[attr-defined]
        self._tls_protocol = transport.get_extra_info("ssl_object")
        self.session = Session(self.loop)
        self.session.peer = transport.get_extra_info("peername")
        self.session.ssl = {"sslcontext": self.tls_context}
        self._set_rset_state()

    # The transaction

    def _set_rset_state(self) -> None:
        super()._set_rset_state()  # type: ignore[no-untyped-call]
        self.transaction = None

    @contextlib.asynccontextmanager
    async def _unhurried(self) -> AsyncIterator[None]:
        # While we work or wait for the next hop, the client's clock stands still.
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        try:
            yield
        finally:
            if self.transport is not None:
                self._reset_timeout()

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Open the next hop and pass MAIL on; the reply is the next hop's."""
        if await self.check_helo_needed():
            return
        if self.transaction is not None:
            await self.push(Reply(503, "5.5.1 nested MAIL"))
            return
        async with self._unhurried():
            try:
                reply = await self._mail(_octets(arg))
            except HopTroubleError as trouble:
                reply = self.relay.hop_trouble(trouble, "MAIL")
        await self.push(reply)

    async def _mail(self, argument: bytes) -> Reply:
        config, path = self.relay.config, parse_mail(argument)
        if isinstance(path, Reply):
            return path
        if self.relay.draining:
            return Reply(421, "4.3.2 service is stopping")
        peer = self.peer()
        hop = self.relay.policy.route(peer, path.address)
        if isinstance(hop, Reply):
            return hop
        connection = await self.connection_to(hop)
        can = connection.capabilities
        given = mail_parameters(path, smtputf8_offered=can.smtputf8)
        if isinstance(given, Reply):
            return given
        fault = utf8_fault(path, smtputf8=given.smtputf8)
        if fault is not None:
            return fault
        limit = min(config.max_size, can.size or config.max_size)
        if given.size is not None and given.size > limit:
            return Reply(552, "5.3.4 message is too big")
        reply = await self._begin(connection, path.octets, given)
        if reply.accepted:
            self.declared_size = given.size
            self.transaction = Transaction(
                id=self.relay.new_id(),
                peer=peer,
                next_hop=hop,
                sender=path.address,
                parameters=tuple(path.parameters),
            )
        return reply

    async def connection_to(self, hop: NextHop) -> HopConnection:
        """Return the session's connection to a next hop; open one if it has none."""
        if self.hop is not None and (self.hop.hop != hop or not self.hop.is_open):
            self.relay.spawn(self.hop.quit())
            self.hop = None
        if self.hop is None:
            self.hop = await self.relay.connect(hop)
        return self.hop

    async def _begin(self, hop: HopConnection, path: bytes, given: MailParameters) -> Reply:
        try:
            return await self._mail_on(hop, path, given)
        except HopTroubleError:
            if not hop.used:
                raise
        # It was idle too long. Nothing was accepted yet: once more, on a fresh one.
        return await self._mail_on(await self.connection_to(hop.hop), path, given)

    async def _mail_on(
        self, hop: HopConnection, path: bytes, given: MailParameters
    ) -> Reply:
        can, growth = hop.capabilities, self.relay.config.growth
        return await hop.mail(path, *forwarded_parameters(given, can, growth))

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Pass RCPT on; the reply is the next hop's."""
        if await self.check_helo_needed():
            return
        if self.transaction is None:
            await self.push(Reply(503, "5.5.1 need MAIL"))
            return
        async with self._unhurried():
            try:
                reply = await self._recipient(self.transaction, _octets(arg))
            except HopTroubleError as trouble:
                reply = self.relay.hop_trouble(trouble, "RCPT")
        await self.push(reply)

    async def _recipient(self, transaction: Transaction, argument: bytes) -> Reply:
        path = parse_rcpt(argument)
        if isinstance(path, Reply):
            return path
        if path.parameters:
            return Reply(555, "5.5.4 parameter is not known or not offered here")
        smtputf8 = any(word.upper() == b"SMTPUTF8" for word in transaction.parameters)
        fault = utf8_fault(path, smtputf8=smtputf8)
        if fault is not None:
            return fault
        if len(transaction.recipients) >= self.relay.config.max_recipients:
            return Reply(452, "4.5.3 too many recipients")
        assert self.hop is not None
        reply = await self.hop.recipient(path.octets)
        if reply.accepted:
            transaction.recipients.append(path.address)
        return reply

    # The message

    async def smtp_DATA(self, arg: str | None) -> None:
        """Take the message, have it delivered, and give the next hop's reply."""
        transaction = self.transaction
        if await self.check_helo_needed():
            return
        if arg or transaction is None or not transaction.recipients:
            await self.push(Reply(501, "5.5.4 Syntax: DATA") if arg else _NOT_YET)
            return
        memory = self.relay.memory.loan()
        if not memory.cover(self.declared_size or BUFFER):
            await self.push(Reply(452, "4.3.1 too busy for a message of this size"))
            return
        try:
            await self.push(Reply(354, "end with <CRLF>.<CRLF>"))
            content = await self._content(memory.cover)
            async with self._unhurried():
                if not isinstance(content, Reply):
                    # Shielded: once begun, it is finished, even if the client goes away.
                    delivery = self.relay.deliver(self, transaction, content, memory)
                    content = await asyncio.shield(delivery)
        finally:
            if self not in self.relay.delivering:
                memory.give_back()
        self._set_rset_state()
        await self.push(content)
        if self._overdue:
            self._timeout_cb()
        elif self.relay.draining:
            self.go_away()

    async def _content(self, covers: Any) -> bytes | Reply:
        config = self.relay.config
        deadline = self.loop.time() + config.data_seconds
        body, fault = bytearray(b"\r\n"), None
        size, most = 0, _stuffed(config.max_size)
        while True:
            piece = await self._reader.read(1 << 30)  # all there is, so that the rest
            if not piece:  # can be given back below
                raise ConnectionResetError
            self._reset_timeout(config.data_idle_seconds)
            searched = max(0, len(body) - len(_END) + 1)
            body += piece
            end = body.find(_END, searched)
            if end >= 0:
                break
            size += len(piece)
            if fault is None and size > most:
                fault = _TOO_BIG
            elif fault is None and not covers(size):
                fault = NO_MEMORY
            if size > 2 * most + (1 << 24) or self.loop.time() > deadline:
                await self._hang_up(fault or Reply(421, "4.4.2 message takes too long"))
            if fault is not None:
                del body[: -len(_END)]
        if rest := bytes(body[end + len(_END) :]):
            self._reader.feed_data(rest)
        self._reset_timeout()
        if fault is not None:
            return fault
        del body[end + 2 :]
        content = bytes(body).replace(b"\r\n.", b"\r\n")[2:]
        if len(content) > config.max_size:
            return _TOO_BIG
        return content if covers(len(content)) else NO_MEMORY

    # The rest

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Tell nothing."""
        await self.push(Reply(252, "2.1.5 will take mail and try"))

    async def smtp_HELP(self, arg: str | None) -> None:
        """Tell nothing."""
        await self.push(Reply(214, "2.0.0 see RFC 5321"))

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Not offered."""
        await self.push(Reply(502, "5.5.1 not offered"))

    async def smtp_EXPN(self, arg: str | None) -> None:
        """Not offered."""
        await self.push(Reply(502, "5.5.1 not offered"))


_NOT_YET = Reply(503, "5.5.1 need MAIL and an accepted RCPT")
_TOO_BIG = Reply(552, "5.3.4 message is too big")


def _stuffed(size: int) -> int:
    """Return the most octets that a message of this size takes on the wire."""
    return size + size // 3 + len(_END)  # a dot for each line of three (RFC 5321 4.5.2)


def _octets(argument: str | None) -> bytes:
    # aiosmtpd decodes with "surrogateescape": the octets are all there.
    return (argument or "").encode("utf-8", "surrogateescape")


def _retrieve(task: asyncio.Task[None]) -> None:
    # A client that goes away ends the command loop by an exception nobody waits for.
    if not task.cancelled():
        task.exception()
