"""Ten minutes of mixed traffic through the relay: memory and descriptors must stay flat.

    python tests/long/soak.py [MINUTES]

Good mail of all sizes, clients that leave in the middle, hostile lines, refused recipients
and a next hop that drops connections. Memory and open descriptors of the relay's process
are read every few seconds with no client connected; the last third of the run is held
against the second. Exits with 1 if either grew.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from relay_tools import EXAMPLES, Client, Loop, Sink, free_port, relay_program

_GROWTH = 4 << 20  # octets that resident memory may gain: the allocator's own ups and downs


def main(minutes: float = 10) -> int:
    """Run; return the exit code."""
    loop, sink = Loop(), Sink()
    loop.run(sink.start())
    chance = random.Random(1)
    sink.answers[b"RCPT TO:<no@"] = b"550 5.1.1 no"
    sink.answers[b"."] = lambda _: b"drop" if chance.random() < 0.02 else None
    relay = relay_program(free_port(), sink.port)
    relay.start()
    assert relay.process is not None
    assert relay.listens is not None
    samples: list[tuple[int, int]] = []
    sent = [0]
    try:
        ends = time.monotonic() + minutes * 60
        while time.monotonic() < ends:
            _burst(relay.listens, sent, chance.random(), min(ends, time.monotonic() + 4))
            sink.taken.clear()
            sink.commands.clear()
            time.sleep(0.5)  # sessions end, then we look
            samples.append(_look(relay.process.pid))
    finally:
        relay.end()
        loop.call(sink.stop)
        loop.close()
    return _judge(samples, sent[0], minutes)


def _burst(port: int, sent: list[int], seed: float, until: float) -> None:
    threads = [
        threading.Thread(target=_client, args=(port, sent, random.Random(seed + i), until))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _client(port: int, sent: list[int], chance: random.Random, until: float) -> None:
    mails = [path.read_bytes() for path in sorted((EXAMPLES / "mail").glob("*.eml"))]
    mails.append(mails[0] + b"0123456789" * 7 + b"\r\n" * 20_000)
    while time.monotonic() < until:
        with contextlib.suppress(OSError, AssertionError):
            client = Client(port)
            try:
                for _ in range(chance.randrange(1, 8)):
                    _one(client, chance, mails)
                    sent[0] += 1
            finally:
                client.close()


def _one(client: Client, chance: random.Random, mails: list[bytes]) -> None:
    kind = chance.randrange(12)
    if kind == 0:
        client.send(b"RCPT TO:<evil\n@x.org>\r\n")
        client.reply()
        raise ConnectionResetError
    client.begin(b"<a@example.com>", b"<no@example.org>", b"<b@example.org>")
    if kind == 1:
        client.command(b"DATA")
        client.send(mails[0][: chance.randrange(300)])
        raise ConnectionResetError  # leaves in the middle
    if kind == 2:
        client.message(b"Subject: x\r\n\r\nbare\nLF\r\n")
    else:
        client.message(chance.choice(mails))


def _look(pid: int) -> tuple[int, int]:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE"), len(os.listdir(f"/proc/{pid}/fd"))


def _judge(samples: list[tuple[int, int]], sent: int, minutes: float) -> int:
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]
    memory = [statistics.median(one[0] for one in part) for part in (middle, last)]
    files = [statistics.median(one[1] for one in part) for part in (middle, last)]
    grew = memory[1] - memory[0]
    well = grew <= _GROWTH and files[1] <= files[0]
    print(
        f"{'ok  ' if well else 'FAIL'} {minutes:g} minutes, {sent} messages: resident memory "
        f"{memory[0] / 1e6:.1f} → {memory[1] / 1e6:.1f} MB (peak "
        f"{max(one[0] for one in samples) / 1e6:.1f}), descriptors {files[0]:g} → {files[1]:g}"
    )
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
