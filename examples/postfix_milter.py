"""A milter for Postfix and Sendmail: the recommended way in production.

    python examples/postfix_milter.py --listen unix:/var/spool/postfix/mailsig/milter.sock
    python examples/postfix_milter.py --listen 127.0.0.1:12031

and in Postfix's main.cf ``smtpd_milters = unix:mailsig/milter.sock``, which is relative to
its queue directory (more in ``examples/postfix/README.md``). Postfix keeps queue, TLS,
envelope and delivery reports, and the message makes no extra hop and gets no extra
``Received`` field.

* Only what the library's ``Result`` says is changed: the body if an edit lies in it, and
  single header fields by name and index. An unchanged message is not touched.
* It stands *before* the milter that signs with DKIM (OpenDKIM, rspamd) in the list of
  milters, since that one must sign what leaves.
* A message that can't be signed passes as it is. Trouble of ours is a temporary failure:
  the client keeps the mail. Should the milter be down, ``milter_default_action = tempfail``
  keeps mail waiting, and ``accept`` lets it pass unsigned: your choice.
* It asks nobody who they are: on any other address than loopback, let only the mail server
  in, by a firewall.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import ipaddress
import os
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import relay_memory
import signing_arguments
from relay_threads import Threads
from relay_values import DONE_BEFORE, Reply

try:
    from kilter.protocol import messages as milter
    from kilter.protocol.buffer import SimpleBuffer
    from kilter.protocol.core import FilterProtocol
    from milter_changes import body_changes, field_changes
    from relay_monitor import Monitor
except ModuleNotFoundError as error:
    if __name__ != "__main__":
        raise
    sys.exit(signing_arguments.refuse("postfix_milter.py", error))

if TYPE_CHECKING:
    from mailsig import Options, Signature

# The wire protocol is spoken by kilter.protocol (MPL-2.0). Its sister kilter.service is
# not used: it takes bodies only in pieces of less than 1 KiB.
_VERSION = 6
_ACTIONS = (
    milter.ActionFlags.ADD_HEADERS
    | milter.ActionFlags.CHANGE_HEADERS
    | milter.ActionFlags.CHANGE_BODY
)
# What we needn't hear of, needn't answer, and the blank after a field's colon as it is.
_FLAGS = milter.ProtocolFlags
_WANTED = (
    _FLAGS.NO_CONNECT | _FLAGS.NO_HELO | _FLAGS.NO_RECIPIENT | _FLAGS.NO_UNKNOWN
    | _FLAGS.NO_DATA | _FLAGS.NR_SENDER | _FLAGS.NR_HEADER | _FLAGS.NR_END_OF_HEADERS
    | _FLAGS.NR_BODY | _FLAGS.HEADER_LEADING_SPACE
)  # fmt: skip
_NO_NOTE: dict[str, object] = {}
_NO_CHANGES: list[Any] = []
_MAX_PACKET = 1 << 21
_FIELD = 40  # octets, five times over: what a field takes beside its text


@dataclass(slots=True)
class Collected:
    """A message as the mail server hands it over, piece by piece."""

    sender: bytes = b""
    fields: list[tuple[str, bytes]] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)
    size: int = 0
    is_kept: bool = True  # unless it is too big, or there is no memory for it

    def header(self) -> bytes:
        """Return the header section as it stands in the message, with its blank line."""
        return b"".join(
            b"%b:%b\r\n" % (name.encode("ascii"), value.replace(b"\n", b"\r\n"))
            for name, value in self.fields
        ) + b"\r\n"  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What the milter does with a message."""

    choose: Callable[[bytes], Signature | None]
    options: Options
    require: bool = False
    max_size: int = 50 << 20
    memory: int = 512 << 20  # octets that all messages in work may need together
    waits: bool = False  # for others, as the DNS: never in the event loop

    def __post_init__(self) -> None:
        """Check that a message of the largest size has room.

        Raises:
            ValueError: It has none.
        """
        relay_memory.check(self.memory, self.max_size)

    def handle(self, now: Collected) -> Handled:
        """Decide about one message (an adapter for another site overrides this)."""
        return handle(now, self)

    def too_big(self) -> Any:
        """Return the verdict on a message over the limit: it passes as it is."""
        return milter.Continue()


class Milter:
    """All connections of one process."""

    def __init__(self, settings: Settings, monitor: Monitor) -> None:
        self.settings = settings
        self.monitor = monitor
        self.busy = 0
        self.memory = relay_memory.Memory(settings.memory)
        self.connections: set[asyncio.Task[None]] = set()
        self._threads = Threads()

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Talk to one mail server's process until it closes the connection."""
        task = asyncio.current_task()
        assert task is not None
        self.connections.add(task)
        try:
            await Conversation(self, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the mail server left, or we stop: it takes its default action
        except Exception as error:
            self.trouble(error)
        finally:
            self.connections.discard(task)
            writer.close()

    async def handled(self, now: Collected) -> Handled:
        """Have one message decided about."""
        settings = self.settings
        return await self._threads.ask(now.size, settings.waits, settings.handle, now)

    async def drain(self, seconds: float) -> None:
        """Finish the messages in work, then end all connections."""
        deadline = time.monotonic() + seconds
        while self.busy and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        for task in list(self.connections):
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    def trouble(self, error: Exception) -> None:
        """Log trouble of ours without its text, which may quote mail."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        self.monitor.trouble(error=type(error).__name__, at=place)


class Conversation:
    """One connection: messages one after the other."""

    def __init__(
        self, owner: Milter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._owner = owner
        self._reader = reader
        self._writer = writer
        self._protocol = FilterProtocol()
        self._now = Collected()
        self._loan = owner.memory.loan()
        self._in_message = False
        self._id = ""  # the server's name for the message in its queue
        self._blank = b""  # before each field's value, if the server strips it

    async def run(self) -> None:
        """Answer packets until the server says good-bye."""
        try:
            while True:
                self._hurry()
                length: int = struct.unpack(
                    "!L", head := await self._reader.readexactly(4)
                )[0]
                if not 0 < length <= _MAX_PACKET:
                    raise ValueError("packet of impossible size")
                packet = await self._reader.readexactly(length)
                if packet[:1] == b"D":
                    self._macros(packet[2:])
                    continue
                if packet[:1] == b"E" and length > 1:
                    # The last piece of the body may come with its end.
                    self._collect(packet[1:])
                    head, packet = struct.pack("!L", 1), b"E"
                buffer = SimpleBuffer(4 + len(packet))
                buffer[:] = head + packet
                for message in self._protocol.read_from(buffer):
                    if isinstance(message, milter.Close):
                        return
                    await self._take(message)
        finally:
            self._begin(None)

    def _macros(self, octets: bytes) -> None:
        # Ours to read, since the library believes that all values are ASCII.
        words = octets.split(b"\0")
        value = dict(zip(words[::2], words[1::2], strict=False)).get(b"i", b"")
        if value.isalnum():
            self._id = value.decode()

    def _hurry(self) -> None:
        # Over TCP, Postfix's small packets would wait 40 ms in each message for our
        # kernel's acknowledgement; this sends it at once, as TCP_NODELAY (asyncio's
        # default) does our answers. Linux forgets this option again and again.
        connection = self._writer.get_extra_info("socket")
        if connection.family != socket.AF_UNIX and hasattr(socket, "TCP_QUICKACK"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _collect(self, content: bytes) -> None:
        if self._has_room(len(content)):
            self._now.body.append(content)

    def _has_room(self, size: int) -> bool:
        now, loan = self._now, self._loan
        now.size += size
        if now.is_kept and (
            now.size > self._owner.settings.max_size
            or not loan.cover(now.size + _FIELD * len(now.fields))
        ):
            now.is_kept = False
            now.fields.clear()
            now.body.clear()
            loan.give_back()
        return now.is_kept

    async def _take(self, message: Any) -> None:
        now = self._now
        match message:
            case milter.Negotiate():
                self._send(self._negotiate(message))
                return
            case milter.EnvelopeFrom():
                self._begin(bytes(message.sender).strip(b"<>"))
            case milter.Header():
                if self._has_room(len(message.name) + len(message.value)):
                    now.fields.append((message.name, self._blank + bytes(message.value)))
            case milter.Body():
                self._collect(bytes(message.content))
            case milter.EndOfMessage():
                self._send(*await self._finish())
                self._begin(None)
                return
            case milter.Abort():
                self._begin(None)
        if self._protocol.needs_response(message):
            self._send(milter.Continue())

    def _begin(self, sender: bytes | None) -> None:
        self._owner.busy += (sender is not None) - self._in_message
        self._in_message = sender is not None
        if sender is None:
            self._id = ""
        self._now = Collected(sender or b"")
        self._loan.give_back()

    def _negotiate(self, offer: milter.Negotiate) -> milter.Negotiate:
        if not offer.protocol_flags & _FLAGS.HEADER_LEADING_SPACE:
            self._blank = b" "
        return milter.Negotiate(
            min(offer.version, _VERSION),
            offer.action_flags & _ACTIONS,
            offer.protocol_flags & _WANTED,
        )

    async def _finish(self) -> list[Any]:
        owner, now, began = self._owner, self._now, time.monotonic()
        outcome, note, changes = "error", _NO_NOTE, _NO_CHANGES
        verdict: Any = milter.TemporaryFailure()
        try:
            if now.size > owner.settings.max_size:
                outcome, verdict = "too-big", owner.settings.too_big()
            elif not now.is_kept:
                outcome, verdict = "no-memory", verdict_of(relay_memory.NO_MEMORY)
            else:
                outcome, note, changes, verdict = await owner.handled(now)
        except Exception as error:
            owner.trouble(error)
        if self._id:
            note = {"id": self._id, **note}
        owner.monitor.message(
            outcome=outcome,
            reply=_code(verdict),
            milliseconds=round((time.monotonic() - began) * 1000, 1),
            octets_in=now.size,
            **note,
        )
        return [*changes, verdict]

    def _send(self, *packets: Any) -> None:
        octets = bytearray()
        for packet in packets:
            size = len(getattr(packet, "content", b"")) + len(getattr(packet, "value", b""))
            buffer = SimpleBuffer(size + 4096)
            self._protocol.write_to(buffer, packet)
            octets += buffer[:]
        self._writer.write(bytes(octets))


def verdict_of(reply: Reply) -> milter.ReplyCode:
    """Return the verdict that refuses a message with this reply."""
    return milter.ReplyCode(reply.octets() + b"\0")


def _code(verdict: Any) -> int:
    """Return the code that the client is told."""
    if isinstance(verdict, milter.ReplyCode):
        return int(bytes(verdict.content[:3]))
    return 250 if isinstance(verdict, milter.Continue) else 451


Handled = tuple[str, dict[str, object], list[Any], Any]


def handle(now: Collected, settings: Settings) -> Handled:
    """Sign one message; return outcome, note for the log, changes and verdict."""
    import mailsig

    header, body = now.header(), b"".join(now.body)
    signature = settings.choose(now.sender)
    result = mailsig.rewrite(header + body, signature, settings.options)
    reasons = [skip.reason.value for skip in result.skipped]
    note: dict[str, object] = {"rules": [p.rule for p in result.parts], "reasons": reasons}
    missing = signature is not None and not result.signed
    if settings.require and missing and not DONE_BEFORE.intersection(reasons):
        return "refused", note, [], milter.TemporaryFailure()
    changes = field_changes(result, now.fields)
    changes += body_changes(result.edits, header, body)
    return result.outcome, note, changes, milter.Continue()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the milter until SIGTERM; return the exit code."""
    args = _parser().parse_args(argv)
    try:
        settings = Settings(
            signing_arguments.signature_chooser(args),
            signing_arguments.options_from(args),
            args.require_signature,
            args.max_size,
            args.memory,
        )
        place_of(args.listen)
    except signing_arguments.REFUSED as error:
        return signing_arguments.refuse("postfix_milter.py", error)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(settings, args.listen, args.monitor_port))
    except signing_arguments.CannotListenError as error:
        return signing_arguments.refuse("postfix_milter.py", error)
    return 0


def _parser() -> signing_arguments.Parser:
    parser = signing_arguments.Parser(
        prog="postfix_milter.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--listen",
        default="127.0.0.1:12031",
        metavar="IP:PORT|unix:PATH",
        help="where the mail server finds it (default: %(default)s)",
    )
    add("--require-signature", action="store_true", help="tempfail what can't be signed")
    add(
        "--max-size",
        type=signing_arguments.OCTETS,
        default=50 << 20,
        metavar="OCTETS",
        help="bigger mail passes (default: %(default)s)",
    )
    signing_arguments.add_memory_argument(parser)
    signing_arguments.add_monitor_argument(parser)
    signing_arguments.add_choice_arguments(parser)
    signing_arguments.add_signature_arguments(parser)
    signing_arguments.add_option_arguments(parser)
    return parser


def place_of(listen: str) -> str | tuple[str, int]:
    """Return the path of ``unix:PATH``, or host and port.

    Raises:
        ValueError: It is neither.
    """
    if listen.startswith("unix:") and listen != "unix:":
        return listen.removeprefix("unix:")
    return signing_arguments.host_and_port("--listen", listen)


def _check_free(path: str) -> None:
    # asyncio would take the socket of a milter that runs for a dead one's.
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        if probe.connect_ex(path) in (0, errno.EAGAIN):
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def warn_of_others(hosts: Iterable[str], monitor: Monitor) -> None:
    """Log each address that is not loopback, for a milter asks nobody who they are."""
    for host in hosts:
        if not ipaddress.ip_address(host).is_loopback:
            text = "whoever reaches this address can use the milter: guard it by a firewall"
            monitor.log(event="warning", address=host, text=text)


async def run(settings: Settings, listen: str, monitor_port: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        ValueError: ``listen`` is no address.
        CannotListenError: There is no such folder, the port is taken, and the like.
    """
    monitor = Monitor()
    server = Milter(settings, monitor)
    place = place_of(listen)
    if monitor_port is not None:
        monitor.serve(monitor_port)
    with signing_arguments.listening_on(listen):
        if isinstance(place, str):
            _check_free(place)
            listener = await asyncio.start_unix_server(server.serve, place)
        else:
            listener = await asyncio.start_server(server.serve, *place)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    monitor.log(event="listening", address=listen)
    if not isinstance(place, str):
        warn_of_others((one.getsockname()[0] for one in listener.sockets), monitor)
    await stop.wait()
    monitor.ready = False
    listener.close()
    await server.drain(30)
    monitor.log(event="stopped")


if __name__ == "__main__":
    sys.exit(main())
