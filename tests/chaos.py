"""Kill things while mail flows, and count what became of it.

Postfix → relay → Postfix → sink, or client → Postfix with the milter → sink. Each message
bears a number and a body that can be checked to the last octet; the sink never dies.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from postfix_tools import Lab, lab
from relay_tools import EXAMPLES, Client, Program, milter_program, relay_program

Victim = Literal["relay", "next hop", "both", "milter"]
_NUMBER = re.compile(rb"X-Number: (\d+)\r\n")
_SIGNED = (EXAMPLES / "demo" / "signature.txt").read_bytes().split(b"\n")[-2]


@dataclass(frozen=True)
class Outcome:
    """What became of the messages."""

    sent: int
    lost: int
    truncated: int
    unsigned: int
    duplicates: int
    kills: int
    bounced: int
    deferred: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.sent} messages, {self.kills} kills, {self.seconds:.0f} s: "
            f"{self.lost} lost, {self.truncated} truncated, {self.unsigned} unsigned, "
            f"{self.duplicates} duplicates ({100 * self.duplicates / self.sent:.2f} %), "
            f"{self.bounced} bounced, {self.deferred} deferrals"
        )


def body_of(number: int, size: int) -> bytes:
    """Return the body of a message: lines that say which and where they are."""
    lines = (b"%07d %07d %s\r\n" % (number, i, b"x" * 54) for i in range(size // 72))
    return b"".join(lines)


def message(number: int, size: int) -> bytes:
    """Return a message of about ``size`` octets."""
    head = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: chaos\r\nX-Number: %d\r\n\r\n"
    return head % number + body_of(number, size)


def run(
    victim: Victim,
    messages: int,
    kills: int,
    *,
    how: int = signal.SIGKILL,
    size: int = 20_000,
    clients: int = 10,
    seconds: float = 600,
) -> Outcome:
    """Send messages and kill the victim again and again; return what became of them."""
    with lab() as here:
        program = (
            milter_program(here.ports.milter)
            if victim == "milter"
            else relay_program(here.ports.relay, here.ports.back)
        )
        program.start()
        began = time.monotonic()
        entrance = here.ports.milter_in if victim == "milter" else here.ports.filter_in
        numbers = iter(range(messages))
        lock = threading.Lock()
        retried = Counter[str]()
        deadline = began + seconds
        senders = [
            threading.Thread(
                target=_send, args=(entrance, numbers, lock, size, retried, deadline)
            )
            for _ in range(clients)
        ]
        for sender in senders:
            sender.start()
        done = _kill(here, program, victim, messages, kills, how, deadline)
        for sender in senders:
            sender.join()
        _settle(here, messages, deadline)
        program.end()
        elapsed = time.monotonic() - began
        return _count(here, messages, size, done, retried["4xx"], elapsed)


def _send(
    port: int,
    numbers: object,
    lock: threading.Lock,
    size: int,
    retried: Counter[str],
    deadline: float,
) -> None:
    # A client with a queue: what got no 250 is sent again.
    client: Client | None = None
    while time.monotonic() < deadline:
        with lock:
            number = next(numbers, None)  # type: ignore[call-overload]
        if number is None:
            break
        while time.monotonic() < deadline:
            try:
                client = client or Client(port)
                replies = client.begin()
                if all(reply[:1] == b"2" for reply in replies):
                    replies.append(client.message(message(number, size)))
                if replies[-1][:3] == b"250" and len(replies) == 3:
                    break
            except (OSError, AssertionError):
                pass
            retried["4xx"] += 1
            if client is not None:
                client.close()
                client = None
            time.sleep(0.2)
    if client is not None:
        client.close()


def _kill(
    here: Lab,
    program: Program,
    victim: Victim,
    messages: int,
    kills: int,
    how: int,
    deadline: float,
) -> int:
    # Spread over the flow by what has arrived, so that each kill meets traffic.
    chance, done = random.Random(1), 0
    while done < kills and time.monotonic() < deadline:
        threshold = messages * (done + 1) / (kills + 2)
        if len(here.sink.taken) < threshold:
            _nudge(here)
            time.sleep(0.01)
            continue
        time.sleep(chance.random() * 0.05)
        if victim in ("next hop", "both"):
            for pid in here.postfix.processes("smtpd", f"127.0.0.1:{here.ports.back}"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
        if victim in ("relay", "both", "milter"):
            program.end(how)
            time.sleep(0.2)
            program.start()
        done += 1
    return done


_last_nudge = [0.0]


def _nudge(here: Lab) -> None:
    # Deferred mail would wait for seconds; a person would wait, a test asks again.
    if time.monotonic() - _last_nudge[0] > 1.5:
        _last_nudge[0] = time.monotonic()
        here.postfix.flush()


def _settle(here: Lab, messages: int, deadline: float) -> None:
    quiet: Callable[[], bool] = lambda: (  # noqa: E731
        here.postfix.queued() == 0 and len(here.sink.taken) >= messages
    )
    while not quiet() and time.monotonic() < deadline:
        _nudge(here)
        time.sleep(0.1)
    time.sleep(0.5)


def _count(
    here: Lab, messages: int, size: int, kills: int, retried: int, seconds: float
) -> Outcome:
    counts, truncated, unsigned = Counter[int](), 0, 0
    for taken in here.sink.taken:
        found = _NUMBER.search(taken.content)
        if found is None:
            continue  # a bounce, counted below
        number = int(found[1])
        counts[number] += 1
        body = taken.content.partition(b"\r\n\r\n")[2]
        truncated += not body.startswith(body_of(number, size))
        unsigned += not body.rstrip().endswith(_SIGNED)
    log = here.postfix.log()
    return Outcome(
        sent=messages,
        lost=messages - len(counts),
        truncated=truncated,
        unsigned=unsigned,
        duplicates=sum(counts.values()) - len(counts),
        kills=kills,
        bounced=log.count("status=bounced"),
        deferred=log.count("status=deferred") + retried,
        seconds=seconds,
    )
