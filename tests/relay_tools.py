"""For the relay's tests: a next hop that records, a relay in a thread, a raw client."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
if str(EXAMPLES) not in sys.path:
    sys.path.insert(0, str(EXAMPLES))
    sys.path.append(str(EXAMPLES.parent))  # for the programs in tests/long

from relay_monitor import Monitor  # noqa: E402
from relay_next_hop import Timeouts  # noqa: E402
from relay_server import Relay, RelayConfig  # noqa: E402
from relay_values import (  # noqa: E402
    Delivery,
    NextHop,
    Policy,
    Reply,
    SigningPolicy,
    Transaction,
)

import mailsig  # noqa: E402

__all__ = [
    "EXAMPLES",
    "SIGNATURE",
    "Client",
    "Delivery",
    "Loop",
    "Monitor",
    "NextHop",
    "Policy",
    "Program",
    "Reply",
    "Rig",
    "Sink",
    "Taken",
    "Timeouts",
    "Transaction",
    "free_port",
    "is_listening",
    "milter_program",
    "relay_program",
    "resident",
    "rig",
    "signing",
    "wait_for",
]

SIGNATURE = mailsig.Signature(
    html='<div id="sig">SIGNATURE of the test</div>', text="SIGNATURE of the test"
)


@dataclass
class Taken:
    """One message as the next hop took it."""

    mail: bytes  # the whole argument of MAIL
    recipients: list[bytes]
    content: bytes
    certificate: bytes | None = None

    @property
    def without_received(self) -> bytes:
        """The content less our one Received field at the top."""
        lines = self.content.split(b"\r\n", 3)
        assert lines[0].startswith(b"Received: from "), lines[0]
        assert lines[1].startswith(b"\tby ")
        assert lines[2].startswith(b"\t")
        return lines[3]


@dataclass
class Sink:
    """A next hop that records octets, and answers as it is told.

    ``answers`` maps the start of a command (upper case; ``.`` for the end of a message,
    ``CONNECT`` for the greeting) to a reply, ``b"drop"`` or a function.
    """

    extensions: tuple[str, ...] = ("SIZE 100000000", "8BITMIME", "SMTPUTF8", "PIPELINING")
    answers: dict[bytes, Any] = field(default_factory=dict)
    context: ssl.SSLContext | None = None
    taken: list[Taken] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)
    port: int = 0
    connections: int = 0

    async def start(self) -> None:
        """Listen on a free loopback port (the same one again after ``stop``)."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=1 << 26
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening."""
        self._server.close()

    def _answer(self, command: bytes) -> bytes | None:
        for start, answer in self.answers.items():
            if command.upper().startswith(start.upper()):
                reply = answer(command) if callable(answer) else answer
                assert reply is None or isinstance(reply, bytes)
                return reply
        return None

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        try:
            await self._session(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the relay left, or the test is over
        finally:
            writer.close()

    async def _session(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        mail, recipients = b"", list[bytes]()
        writer.write((self._answer(b"CONNECT") or b"220 sink") + b"\r\n")
        while line := await reader.readuntil(b"\r\n"):
            line = line[:-2]
            self.commands.append(line)
            verb = line[:4].upper()
            answer = self._answer(line)
            if answer == b"drop":
                return
            if answer is not None:
                pass
            elif verb == b"EHLO":
                names = ["sink", *self.extensions]
                names += ["STARTTLS"] if self.context else []
                answer = b"\r\n".join(
                    f"250{' ' if i == len(names) - 1 else '-'}{name}".encode()
                    for i, name in enumerate(names)
                )
            elif verb == b"STAR" and self.context:
                writer.write(b"220 go\r\n")
                await writer.start_tls(self.context)
                continue
            elif verb == b"MAIL":
                mail, recipients = line[5:], []
                answer = b"250 2.1.0 sender ok"
            elif verb == b"RCPT":
                recipients.append(line[5:])
                answer = b"250 2.1.5 recipient ok"
            elif verb == b"DATA":
                writer.write(b"354 go\r\n")
                content = await _data(reader)
                answer = self._answer(b".")
                if answer == b"drop":
                    return
                tls = writer.get_extra_info("ssl_object")
                certificate = tls.getpeercert(True) if tls else None
                if answer is None or answer[:1] == b"2":
                    self.taken.append(Taken(mail, recipients, content, certificate))
                answer = answer or b"250 2.0.0 taken %d" % len(self.taken)
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                answer = b"250 ok"
            writer.write(answer + b"\r\n")
            await writer.drain()


async def _data(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readuntil(b"\r\n")) != b".\r\n":
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


class Loop:
    """An event loop in a thread, for servers that a test talks to with plain sockets."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine: Any, seconds: float = 60) -> Any:
        """Run a coroutine there and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(seconds)

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function there."""
        self.loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        """Cancel what still runs, and end."""

        async def cancel() -> None:
            tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for _ in range(5):  # closed transports say good-bye in their own time
                await asyncio.sleep(0.01)

        self.run(cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


class Client:
    """A raw SMTP client: sends octets, reads replies."""

    def __init__(self, port: int, *, greet: bool = True) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.file = self.socket.makefile("rb")
        if greet:
            self._greet()

    def _greet(self) -> None:
        try:
            assert self.reply().startswith(b"220")
            assert self.command(b"EHLO client.test").startswith(b"250")
        except (OSError, AssertionError):
            self.close()
            raise

    def reply(self) -> bytes:
        """Return one reply, all its lines; ``b""`` at the end of the connection."""
        lines = []
        while True:
            try:
                line = self.file.readline()
            except ConnectionError:
                line = b""
            lines.append(line)
            if line[3:4] != b"-":
                return b"".join(lines)

    def send(self, octets: bytes) -> None:
        """Send octets as they are."""
        self.socket.sendall(octets)

    def command(self, octets: bytes) -> bytes:
        """Send a line and return the reply."""
        self.send(octets + b"\r\n")
        return self.reply()

    def starttls(self, context: ssl.SSLContext) -> None:
        """Start TLS."""
        assert self.command(b"STARTTLS").startswith(b"220")
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.file = self.socket.makefile("rb")

    def begin(
        self,
        sender: bytes = b"<a@example.com>",
        *recipients: bytes,
        parameters: bytes = b"",
    ) -> list[bytes]:
        """Send MAIL and RCPTs; return the replies."""
        replies = [self.command(b"MAIL FROM:" + sender + parameters)]
        for recipient in recipients or (b"<b@example.org>",):
            replies.append(self.command(b"RCPT TO:" + recipient))
        return replies

    def message(self, content: bytes) -> bytes:
        """Send DATA, the stuffed content and the dot; return the last reply."""
        started = self.command(b"DATA")
        if not started.startswith(b"354"):
            return started
        stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
        self.send(stuffed + b".\r\n")
        return self.reply()

    def deliver(self, content: bytes, **kwargs: Any) -> bytes:
        """Send a whole transaction; return the last reply."""
        for reply in self.begin(**kwargs):
            assert reply.startswith(b"250"), reply
        return self.message(content)

    def close(self) -> None:
        """Close."""
        self.file.close()
        self.socket.close()


@dataclass
class Rig:
    """A sink, a relay in front of it, and what the relay logged."""

    loop: Loop
    sink: Sink
    relay: Relay
    stream: io.StringIO
    clients: list[Client] = field(default_factory=list)

    def client(self, *, greet: bool = True) -> Client:
        """Return a new client of the relay, closed with the rig."""
        client = Client(self.relay.port, greet=greet)
        self.clients.append(client)
        return client

    def log(self) -> list[dict[str, Any]]:
        """Return the relay's log."""
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@contextlib.contextmanager
def rig(
    sink: Sink | None = None,
    policy: Callable[[NextHop], Policy] | None = None,
    **config: Any,
) -> Iterator[Rig]:
    """Run a sink and a relay in front of it."""
    sink = sink or Sink()
    loop = Loop()
    clients: list[Client] = []
    try:
        loop.run(sink.start())
        hop = config.pop("hop", None) or NextHop("127.0.0.1", sink.port)
        stream = io.StringIO()
        relay = Relay(
            RelayConfig(port=0, **{"drain_seconds": 5, **config}),
            policy(hop) if policy else signing(hop),
            Monitor(stream),
        )
        loop.run(relay.start())
        yield Rig(loop, sink, relay, stream, clients)
        for client in clients:
            client.close()
        loop.run(relay.drain())
    finally:
        for client in clients:
            client.close()
        loop.call(sink.stop)
        loop.close()


def signing(hop: NextHop, **options: Any) -> SigningPolicy:
    """Return the policy that signs everybody's mail with the test's signature."""
    return SigningPolicy(hop, lambda sender: SIGNATURE, mailsig.Options(), **options)


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until a condition holds; fail if it doesn't."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident() -> int:
    """Return this process's resident memory, in octets."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


class Program:
    """One of the example programs in its own process; it can be killed and restarted."""

    def __init__(self, script: str, *arguments: str, listens: int | None = None) -> None:
        self.command = [sys.executable, str(EXAMPLES / script), *arguments]
        self.listens = listens
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(lambda: self.listens is None or is_listening(self.listens))

    def end(self, how: int = signal.SIGTERM) -> None:
        """Send a signal and wait for the end."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(90)
            self.process = None


def is_listening(port: int) -> bool:
    """Return whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def relay_program(port: int, next_hop: int, *arguments: str) -> Program:
    """Return the relay, on a port, in front of another."""
    words = ["--listen", f"127.0.0.1:{port}", "--next-hop", f"127.0.0.1:{next_hop}"]
    return Program("smtp_relay.py", "serve", *words, *arguments, listens=port)


def milter_program(port: int, *arguments: str) -> Program:
    """Return the milter, on a port."""
    return Program(
        "postfix_milter.py", "--listen", f"127.0.0.1:{port}", *arguments, listens=port
    )
