"""The relay's way out: one connection to the next hop, on aiosmtplib.

Each method returns the next hop's own reply (``relay_values.Reply``) as it came, whatever
its class. Trouble on the way (no connection, a timeout, a broken reply, 421) is a 451 of
ours, raised as ``HopTroubleError``: the client keeps the mail and tries again.

aiosmtplib would parse and rewrite addresses (``mail``, ``rcpt``) and line ends (``data``).
So the commands are sent with ``execute_command``, octet for octet, and the message with
the protocol's ``write``; what is left to the library are connections, TLS, replies,
capabilities and timeouts.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol
from relay_values import UNKNOWN, Capabilities, NextHop, Reply


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for the next hop (RFC 5321 4.5.3.2)."""

    connect: float = 30
    command: float = 300
    final: float = 600


class HopTroubleError(Exception):
    """The next hop can't be used now.

    ``reply`` is what the client is told; ``hop`` and ``cause``, the code of the hop's reply
    or the class of an error, are for the log.
    """

    def __init__(self, hop: NextHop, status: str, what: str, cause: int | str) -> None:
        super().__init__(what)
        self.reply = Reply(451, f"{status} {what}")
        self.hop = hop
        self.cause = cause


class UnfitError(Exception):
    """The next hop takes no such message: ``reply`` says so, ``reason`` is for the log."""

    def __init__(self, reason: str, reply: Reply) -> None:
        super().__init__(reason)
        self.reason = reason
        self.reply = reply


_LOST = "connection to the next hop was lost"


class _StrictReplies(SMTPProtocol):
    """Reads a reply as one only if all its lines have one code (RFC 5321 4.2.1).

    ``has_unasked``: something came that was no answer. The library drops that, and we
    can't know which of the replies was meant.
    """

    has_unasked = False

    def data_received(self, data: bytes) -> None:
        waiter = self._response_waiter
        if not self._response_pending or waiter is None or waiter.done():
            self.has_unasked = True
        super().data_received(data)

    def _read_response_from_buffer(self) -> aiosmtplib.SMTPResponse | None:
        octets = bytes(self._buffer)
        response = super()._read_response_from_buffer()
        if response is not None:
            lines = octets[: len(octets) - len(self._buffer)].splitlines()
            if len({line[:3] for line in lines}) > 1:
                raise aiosmtplib.SMTPResponseException(-1, "lines with different codes")
        return response


class HopConnection:
    """One connection to the next hop, for one client's session."""

    keeps_body = True  # what MAIL said of BODY can't be unsaid when the message comes

    def __init__(self, hop: NextHop, hostname: str, timeouts: Timeouts) -> None:
        self.hop = hop
        self.timeouts = timeouts
        self.capabilities = UNKNOWN
        self.dirty = False  # a transaction was begun and not finished
        self.used = False  # a transaction was finished: the connection may be stale
        self._client = aiosmtplib.SMTP(
            hostname=hop.host,
            port=hop.port,
            local_hostname=hostname,
            timeout=timeouts.command,
            start_tls=False,
        )

    async def open(self) -> None:
        """Connect, start TLS as configured, and learn the capabilities."""
        client = self._client
        try:
            await client.connect(timeout=self.timeouts.connect)
            if client.protocol is not None:  # the library lets nobody choose its class
                client.protocol.__class__ = _StrictReplies
            await self._greet()
            if self.hop.tls == "required" or (
                self.hop.tls == "opportunistic" and client.supports_extension("starttls")
            ):
                await self._start_tls()
        except (OSError, ValueError, aiosmtplib.SMTPException) as error:
            raise self._trouble("4.4.1", "next hop can't be reached", error) from error
        except asyncio.CancelledError:
            self.close()  # the client is gone, and nobody knows of this connection yet
            raise
        extensions = client.esmtp_extensions
        size = extensions.get("size", "").strip()
        self.capabilities = Capabilities(
            size=int(size) if size.isdecimal() and int(size) else None,
            eight_bit="8bitmime" in extensions,
            smtputf8="smtputf8" in extensions,
            enhanced_codes="enhancedstatuscodes" in extensions,
        )

    async def _start_tls(self) -> None:
        try:
            await self._client.starttls(
                tls_context=self.hop.context or _context(self.hop),
                server_hostname=self.hop.server_name or self.hop.host,
                timeout=self.timeouts.connect,
            )
        except aiosmtplib.SMTPResponseException:
            if self.hop.tls == "required":
                raise
            return  # offered and not given (RFC 3207 4.1): plain, as without the offer
        await self._greet()

    async def _greet(self) -> None:
        await self._stay_in_step()
        try:
            await self._client.ehlo(timeout=self.timeouts.connect)
        except aiosmtplib.SMTPHeloError:
            await self._client.helo(timeout=self.timeouts.connect)

    @property
    def is_open(self) -> bool:
        """Whether the connection looks alive."""
        return self._client.is_connected

    async def command(self, verb: bytes, *words: bytes) -> Reply:
        """Send one command, octet for octet."""
        await self._stay_in_step()
        try:
            response = await self._client.execute_command(verb, *words)
        except (OSError, ValueError, aiosmtplib.SMTPException) as error:
            raise self._trouble("4.4.2", _LOST, error) from error
        if self._has_more():
            raise self._out_of_step("next hop said more than it was asked")
        return self._reply(response, start=verb == b"DATA")

    async def _stay_in_step(self) -> None:
        # What comes before we ask would be taken for the answer.
        transport = self._client.transport
        if transport is not None and _has_input(transport):
            for _ in range(2):  # the event loop looks, and then it reads
                await asyncio.sleep(0)
        if self._has_more():
            raise self._out_of_step("next hop said more than it was asked")

    def _out_of_step(self, text: str) -> HopTroubleError:
        self.close()
        return HopTroubleError(self.hop, "4.3.0", text, "out-of-step")

    async def mail(self, path: bytes, *parameters: bytes) -> Reply:
        """Send MAIL; ``path`` has its angle brackets."""
        if self.dirty:
            await self.command(b"RSET")
        self.dirty = True
        return await self.command(b"MAIL", b"FROM:" + path, *parameters)

    async def recipient(self, path: bytes) -> Reply:
        """Send RCPT; ``path`` has its angle brackets."""
        return await self.command(b"RCPT", b"TO:" + path)

    def aim(self, hop: NextHop) -> None:
        """Change the next hop: too late here, possible in relay_held.py."""
        raise ValueError("this connection is open already")

    async def message(self, octets: bytes, is_wanted: Callable[[], bool]) -> Reply:
        """Send DATA and the message, which ends with CRLF and has no other line ends.

        ``is_wanted`` is asked a last time before the message goes out. From then on
        nothing stops it: who gives up after the dot makes duplicates (RFC 1047).
        """
        start = await self.command(b"DATA")
        if start.code != 354:
            return start if start.code >= 400 else _unexpected(start)
        await self._stay_in_step()
        protocol = self._client.protocol
        if protocol is None or not is_wanted():
            self.close()
            text = "client is gone, nothing was sent"
            raise HopTroubleError(self.hop, "4.4.2", text, "client")
        stuffed = octets.replace(b"\r\n.", b"\r\n..")  # RFC 5321 4.5.2
        if stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        try:
            protocol.write(stuffed + b".\r\n")
            response = await protocol.read_response(timeout=self.timeouts.final)
        except (OSError, ValueError, aiosmtplib.SMTPException) as error:
            raise self._trouble("4.4.2", _LOST, error) from error
        transport = self._client.transport
        if isinstance(transport, asyncio.WriteTransport) and (
            response.code < 400 and transport.get_write_buffer_size()
        ):
            raise self._out_of_step("next hop answered before it had the message")
        self.dirty = False
        self.used = True
        if self._has_more():
            self.close()
        return self._reply(response)

    def _has_more(self) -> bool:
        protocol = self._client.protocol
        return isinstance(protocol, _StrictReplies) and (
            protocol.has_unasked or bool(protocol._buffer)
        )

    def _reply(self, response: aiosmtplib.SMTPResponse, *, start: bool = False) -> Reply:
        if response.code == 421:
            self.close()
            text = f"next hop closes: {response.message}"
            raise HopTroubleError(self.hop, "4.3.2", text, response.code)
        reply = Reply(response.code, response.message)
        if 200 <= response.code < 300 or 400 <= response.code < 600:
            return reply
        if start and response.code == 354:
            return reply
        return _unexpected(reply)

    def _trouble(self, status: str, what: str, error: Exception) -> HopTroubleError:
        self.close()
        kind = type(error).__name__
        code = getattr(error, "code", 0)  # -1: a reply that is none
        cause = code if code > 0 else kind
        return HopTroubleError(self.hop, status, f"{what} ({kind})", cause)

    async def quit(self) -> None:
        """Say good-bye, without insisting."""
        if self.is_open:
            with contextlib.suppress(OSError, aiosmtplib.SMTPException):
                await self._client.execute_command(b"QUIT", timeout=5)
        self.close()

    def close(self) -> None:
        """Close the connection at once, whatever waits to be sent."""
        transport = self._client.transport
        self._client.close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()  # a hop that reads no more would keep the message for ever


def _has_input(transport: asyncio.BaseTransport) -> bool:
    """Whether there is something to read: of TLS, perhaps only its own."""
    try:
        return bool(select.select((transport.get_extra_info("socket"),), (), (), 0)[0])
    except (OSError, ValueError, TypeError):  # closed, or a number beyond select's
        return True


def _unexpected(reply: Reply) -> Reply:
    return Reply(451, f"4.3.0 next hop gave an unexpected reply ({reply.code})")


def _context(hop: NextHop) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if hop.tls == "opportunistic":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
