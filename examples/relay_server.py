"""A synchronous SMTP proxy: it has no queue, so it cannot lose mail.

250 is said only after the next hop said 250. The next hop is opened at MAIL, and each
MAIL, RCPT and message gets the next hop's own reply. Whatever goes wrong on our side
(next hop down, a timeout, a bug) is a 451: the client keeps the mail and tries again.
What arrives at the next hop is what came between DATA and the dot, octet for octet, but
for the policy's edits and one ``Received`` field at the top (RFC 5321 4.4).

To build another relay on this one, write a ``Policy`` (relay_values.py) and run it::

    relay = Relay(RelayConfig(listen="127.0.0.1", port=2525), MyPolicy(...))
    await relay.start()          # relay.port is the port it listens on
    ...
    await relay.drain()          # stop listening, finish what has begun

or ``run(config, policy)``, which also serves /healthz and /metrics and ends on SIGTERM.

The rooms: relay_session.py is the way in (aiosmtpd), relay_next_hop.py the way out
(aiosmtplib), relay_commands.py the grammar of addresses, relay_content.py what a message
may hold, relay_threads.py where it is rewritten, relay_memory.py how much of it there may
be at a time, relay_monitor.py log and counters.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import itertools
import os
import re
import signal
import ssl
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import relay_content
import relay_memory
from relay_memory import NO_MEMORY, Loan, Memory
from relay_monitor import Monitor
from relay_next_hop import HopConnection, HopTroubleError, Timeouts, UnfitError
from relay_session import RelaySession
from relay_threads import Threads
from relay_values import (
    UNKNOWN,
    Capabilities,
    Delivery,
    NextHop,
    Peer,
    Policy,
    Reply,
    Transaction,
    place,
)
from signing_arguments import listening_on

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
)
_NOT_IN_TRACE = re.compile(r"[^A-Za-z0-9.:_\[\]-]")


class ConfigError(ValueError):
    """The relay would not be safe, or could not work, as configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayConfig:
    """How the relay listens, and its limits.

    Attributes:
        listen: Address to listen on.
        port: 0 takes a free one; ``Relay.port`` tells which.
        hostname: Our name in the greeting and in ``Received``.
        networks: Who may connect; None: loopback only, and ``listen`` must be loopback.
        tls_context: Offers STARTTLS with this certificate; it may ask for the client's.
        require_tls: No mail without STARTTLS.
        max_size: Octets of a message.
        growth: Octets that a signature may add; kept free below the next hop's limit.
        max_connections: Sessions at a time.
        memory: Octets that all messages in work may need together.
        max_recipients: Recipients of one message.
        max_hops: ``Received`` fields from which a message is taken to go in circles.
        command_seconds: Wait for a command.
        data_idle_seconds: Wait for the next piece of a message.
        data_seconds: Wait for the whole message.
        session_seconds: Longest session.
        drain_seconds: Longest wait for messages in work when stopping.
        timeouts: Waits on the next hop's side.
    """

    listen: str = "127.0.0.1"
    port: int = 2525
    hostname: str = "localhost"
    networks: tuple[Network, ...] | None = None
    tls_context: ssl.SSLContext | None = None
    require_tls: bool = False
    max_size: int = 50 << 20
    growth: int = 1 << 18
    max_connections: int = 100
    memory: int = 512 << 20
    max_recipients: int = 1000
    max_hops: int = 50
    command_seconds: float = 300
    data_idle_seconds: float = 180
    data_seconds: float = 1800
    session_seconds: float = 7200
    drain_seconds: float = 60
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __post_init__(self) -> None:
        """Check what would not be safe."""
        try:
            address = ipaddress.ip_address(self.listen)
        except ValueError:
            raise ConfigError(
                f"listen must be an IP address, got {self.listen!r}"
            ) from None
        if self.networks is None and not address.is_loopback:
            raise ConfigError(
                f"{self.listen} is not loopback: say which networks may connect"
            )
        if not self.hostname or _NOT_IN_TRACE.search(self.hostname):
            raise ConfigError(
                f"hostname must be a domain name or [IP], got {self.hostname!r}"
            )
        if self.require_tls and self.tls_context is None:
            raise ConfigError("TLS is required, but there is no certificate")
        relay_memory.check(self.memory, self.max_size + self.growth)


class Relay:
    """The server: sessions, limits, and the way of one message through the policy."""

    def __init__(
        self, config: RelayConfig, policy: Policy, monitor: Monitor | None = None
    ) -> None:
        self.config = config
        self.policy = policy
        self.monitor = monitor or Monitor()
        self.memory = Memory(config.memory)
        self.sessions: set[RelaySession] = set()
        self.delivering: set[RelaySession] = set()
        self.draining = False
        self._known: dict[NextHop, Capabilities] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None
        self._numbers = itertools.count(1)
        self._threads = Threads()
        self._networks = LOOPBACK if config.networks is None else config.networks

    # Life

    async def start(self) -> None:
        """Listen.

        Raises:
            CannotListenError: The port is taken, the address is not ours, and the like.
        """
        host, port = self.config.listen, self.config.port
        with listening_on(place(host, port)):
            self._server = await asyncio.get_running_loop().create_server(
                lambda: RelaySession(self), host, port, backlog=512
            )

    @property
    def port(self) -> int:
        """The port that we listen on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def drain(self) -> None:
        """Stop listening, send idle clients away, finish what has begun; then return."""
        self.draining = True
        if self._server is not None:
            self._server.close()
        for session in list(self.sessions):
            session.go_away()
        deadline = time.monotonic() + self.config.drain_seconds
        while (self.sessions or self._tasks) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        for session in list(self.sessions):
            if session.transport is not None:
                session.transport.close()
        await asyncio.sleep(0)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run work that outlives its session; drain waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # Clients and next hops

    def admit(self, peer: Peer, *, is_one_too_many: bool) -> Reply | None:
        """Return the reply that refuses a client, or None."""
        address = ipaddress.ip_address(peer.address.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        if not any(address in network for network in self._networks):
            return Reply(554, "5.7.1 not for you")
        if self.draining or is_one_too_many:
            return Reply(421, "4.3.2 too many connections, try later")
        return self.policy.admit(peer)

    async def connect(self, hop: NextHop) -> HopConnection:
        """Return a new connection to a next hop."""
        config = self.config
        connection = self.policy.connection(hop, config.hostname, config.timeouts)
        await connection.open()
        self._known[hop] = connection.capabilities
        return connection

    async def offer(self, session: RelaySession) -> Capabilities:
        """Return what we may offer: what we can do and the next hop can, too."""
        hop = self.policy.route(session.peer(), None)
        known = UNKNOWN
        if isinstance(hop, NextHop):
            with contextlib.suppress(HopTroubleError):
                if hop not in self._known:
                    await session.connection_to(hop)
            known = self._known.get(hop, UNKNOWN)
        limit = self.config.max_size
        if known.size is not None:
            room = known.size - min(self.config.growth, known.size // 4)
            limit = min(limit, room)
        return replace(known, size=limit)

    # A message

    def deliver(
        self, session: RelaySession, transaction: Transaction, content: bytes, memory: Loan
    ) -> asyncio.Task[Reply]:
        """Start the delivery of a message; the task ends with the client's reply."""
        self.delivering.add(session)
        return self.spawn(self._deliver(session, transaction, content, memory))

    async def _deliver(
        self, session: RelaySession, transaction: Transaction, content: bytes, memory: Loan
    ) -> Reply:
        began = time.monotonic()
        decision: Delivery | Reply | None = None
        try:
            decision = await self._decide(session, transaction, content)
            try:
                reply = await self._hand_over(session, decision, memory)
            except UnfitError as unfit:
                assert isinstance(decision, Delivery)
                note = {**decision.note, "passed_unsigned": unfit.reason}
                decision = await self._unsigned(transaction, content, note)
                reply = await self._hand_over(session, decision, memory)
        except UnfitError as unfit:
            reply = unfit.reply
        except HopTroubleError as trouble:
            reply = self.hop_trouble(trouble, "DATA")
        except Exception as error:
            reply = self.trouble(error)
        finally:
            self.delivering.discard(session)
            memory.give_back()
        if not session.is_there() and session.hop is not None:
            self.spawn(session.hop.quit())
        made = decision if isinstance(decision, Delivery) else Delivery([], "refused")
        self.monitor.message(
            outcome=made.outcome if reply.accepted else "not-delivered",
            reply=reply.code,
            id=transaction.id,
            client=transaction.peer.address,
            tls=transaction.peer.tls,
            recipients=len(transaction.recipients),
            octets_in=len(content),
            octets_out=sum(map(len, made.chunks)),
            milliseconds=round((time.monotonic() - began) * 1000, 1),
            heard=session.is_there(),
            **made.note,
        )
        return reply

    async def _hand_over(
        self, session: RelaySession, decision: Delivery | Reply, memory: Loan
    ) -> Reply:
        if isinstance(decision, Reply):
            return decision
        octets = b"".join(decision.chunks)
        if not memory.cover(len(octets)):
            return NO_MEMORY
        assert session.hop is not None
        if decision.next_hop is not None:
            session.hop.aim(decision.next_hop)
        return await session.hop.message(octets, session.is_there)

    async def _decide(
        self, session: RelaySession, transaction: Transaction, content: bytes
    ) -> Delivery | Reply:
        assert session.hop is not None
        can = session.hop.capabilities
        refusal = relay_content.refusal(content, can, self.config.max_hops)
        if refusal is not None:
            return refusal
        decision = await self._asked(self.policy.handle, transaction, content)
        if isinstance(decision, Reply):
            return decision
        octets = relay_content.joined(self.received(transaction), decision.chunks)
        seven_bit = content.isascii() and _is_seven_bit(session.hop, transaction)
        reason = relay_content.unfit(
            octets, decision.chunks, content, can, seven_bit=seven_bit
        )
        if reason is not None:
            note = {**decision.note, "passed_unsigned": reason}
            return await self._unsigned(transaction, content, note)
        return replace(decision, chunks=[octets])

    async def _unsigned(
        self, transaction: Transaction, content: bytes, note: dict[str, object]
    ) -> Delivery | Reply:
        decision = await self._asked(self.policy.unsigned, transaction, content)
        if isinstance(decision, Reply):
            return decision
        octets = relay_content.joined(self.received(transaction), decision.chunks)
        return replace(decision, chunks=[octets], note=note)

    async def _asked(
        self,
        ask: Callable[[Transaction, bytes], Delivery | Reply],
        transaction: Transaction,
        content: bytes,
    ) -> Delivery | Reply:
        size, waits = len(content), self.policy.waits
        return await self._threads.ask(size, waits, ask, transaction, content)

    def received(self, transaction: Transaction) -> bytes:
        """Return our trace field (RFC 5321 4.4)."""
        peer = transaction.peer
        helo = _NOT_IN_TRACE.sub("?", peer.helo)
        address = f"IPv6:{peer.address}" if ":" in peer.address else peer.address
        utf8 = any(word.upper() == b"SMTPUTF8" for word in transaction.parameters)
        protocol = ("UTF8SMTP" if utf8 else "ESMTP") + ("S" if peer.tls else "")
        return (
            f"Received: from {helo} ([{address}])\r\n"
            f"\tby {self.config.hostname} with {protocol} id {transaction.id};\r\n"
            f"\t{format_datetime(datetime.now(UTC))}\r\n"
        ).encode("ascii")

    def new_id(self) -> str:
        """Return a name for a transaction, unlike any other of this machine."""
        return f"{int(time.time()):X}.{os.getpid():X}.{next(self._numbers):X}"

    def hop_trouble(self, error: HopTroubleError, command: str) -> Reply:
        """Log trouble with the next hop; return the 451."""
        next_hop = place(error.hop.host, error.hop.port)
        self.monitor.trouble(
            error="next-hop", at=command, next_hop=next_hop, cause=error.cause
        )
        return error.reply

    def trouble(self, error: Exception) -> Reply:
        """Log trouble of ours without its text, which may quote mail; return the 451."""
        frames = traceback.extract_tb(error.__traceback__)
        place = (
            f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
        )
        self.monitor.trouble(error=type(error).__name__, at=place)
        return Reply(451, "4.3.0 internal error, try later")


def _is_seven_bit(hop: HopConnection, transaction: Transaction) -> bool:
    """Whether the next hop was promised a 7-bit message."""
    promised = any(word.upper() == b"BODY=7BIT" for word in transaction.parameters)
    return (promised and hop.keeps_body) or not hop.capabilities.eight_bit


def run(config: RelayConfig, policy: Policy, monitor_port: int | None = None) -> int:
    """Run a relay until SIGTERM or SIGINT; a second one does not wait. Return 0.

    Raises:
        CannotListenError: One of the two ports can't be had.
    """
    monitor = Monitor()
    asyncio.run(_run(Relay(config, policy, monitor), monitor_port))
    return 0


async def _run(relay: Relay, monitor_port: int | None) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def asked() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    if monitor_port is not None:
        relay.monitor.serve(monitor_port)
    await relay.start()
    relay.monitor.log(event="listening", address=relay.config.listen, port=relay.port)
    await stop.wait()
    relay.monitor.log(event="draining", sessions=len(relay.sessions))
    relay.monitor.ready = False
    await relay.drain()
    relay.monitor.log(event="stopped")
