"""The example relay over SMTP, with and without signing, beside Postfix alone.

python -m benchmarks.relay [--quick]

Postfix's smtp-source sends 10 KB messages over ten sessions at a time, a new one for each
message, and smtp-sink takes them. What signing costs is told by the CPU time of the relay's
process; the messages per second vary by a third from run to run where source, relay and
sink share two cores. The two relays take turns, short ones since a machine's speed comes
and goes, and begin by turns: two turns of the one that signs are compared with the two
beside them of the one that doesn't. The median of these ratios stands in the table, with
their quartiles. Where its memory happens to lie makes one process a few per cent slower
than another of the same program, so both are started anew after some turns. The relay that
signs also reads its thread's clock before and after it signs, which tells the most of that
cost, in one process, much closer: the time in between over all the rest, for each start.
Postfix alone says 250 when a message lies in its queue, a relay when the next hop has it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import mime, prose

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_SESSIONS = 10
_OCTETS = 10_000

_PLAIN, _SIGNS = "relay", "relay that signs"
_MORE = "over the relay that doesn't sign"
_WITHIN = "signing over the rest"

Row = dict[str, object]
Figures = dict[str, list[float]]


def rows(quick: bool) -> list[Row]:
    """Measure, and return one row for each system; a row without figures says why."""
    source = shutil.which("smtp-source", path=_PATH)
    sink = shutil.which("smtp-sink", path=_PATH)
    if source is None or sink is None:
        return [_row("relay", "Postfix's smtp-source and smtp-sink are not installed")]
    starts, turns, count = (2, 2, 200) if quick else (8, 14, 200)
    cpu: Figures = {}
    within: list[float] = []
    rate: Figures = {"nothing between": [], _PLAIN: [], _SIGNS: []}
    with tempfile.TemporaryDirectory() as folder, _sink(sink) as hop:
        content = Path(folder) / "message"
        content.write_bytes(letter())
        clocks = Path(folder) / "clocks"
        for _ in range(starts):
            with _relays(hop, clocks) as relays:
                _turn(source, content, relays, count, {}, {})  # warms up
                for turn in range(turns):
                    rate["nothing between"].append(_send(source, content, hop, count))
                    # Who begins changes: what runs beside us may come and go.
                    order = dict(sorted(relays.items(), reverse=turn % 2 == 1))
                    _turn(source, content, order, count, cpu, rate)
            signing, whole = map(int, clocks.read_text().split())
            within.append(100 * signing / (whole - signing))
        rate["Postfix alone"] = _postfix(source, content, hop, count)
    return _table(cpu, rate, within)


def _turn(
    source: str,
    content: Path,
    relays: dict[str, tuple[int, int]],
    count: int,
    cpu: Figures,
    rate: Figures,
) -> None:
    for name, (port, pid) in relays.items():
        before = _cpu(pid)
        rate.setdefault(name, []).append(_send(source, content, port, count))
        cpu.setdefault(name, []).append((_cpu(pid) - before) / count * 1e6)


def _table(cpu: Figures, rate: Figures, within: list[float]) -> list[Row]:
    found = []
    for name, rates in rate.items():
        if not rates:
            found.append(_row(name, "only root can start a Postfix"))
            continue
        row = _row(name)
        row["messages/s"] = f"{statistics.median(rates):,.0f}"
        row["range"] = f"{min(rates):,.0f}–{max(rates):,.0f}"
        if name in cpu:
            row["CPU µs/message"] = f"{statistics.median(cpu[name]):,.0f}"
        if name == _SIGNS:
            pairs = zip(_both_orders(cpu[_SIGNS]), _both_orders(cpu[_PLAIN]), strict=True)
            row[_MORE] = _spread([100 * (signs / plain - 1) for signs, plain in pairs])
            row[_WITHIN] = _spread(within)
        found.append(row)
    return found


def _spread(percents: list[float]) -> str:
    """Return their median and quartiles."""
    low, middle, high = statistics.quantiles(percents, n=4)
    return f"{middle:+.1f} % ({low:+.1f}…{high:+.1f})"


def _both_orders(turns: list[float]) -> list[float]:
    """Return what two turns took together: who comes first is a tenth slower or faster."""
    return [first + second for first, second in zip(turns[::2], turns[1::2], strict=True)]


def _row(name: str, note: str = "") -> Row:
    return {
        "system": name,
        "messages/s": note,
        "range": "",
        "CPU µs/message": "",
        _MORE: "",
        _WITHIN: "",
    }


def letter() -> bytes:
    """Return a letter in plain text, which every system signs, with LF for smtp-source."""
    rng = random.Random(12)
    half = _OCTETS * 46 // 100
    text = mime.wrapped([
        "Dear Max,",
        *prose.paragraphs(rng, half),
        "The price of a well-kept machine: 40 euros, 30 from May on.",
        *prose.paragraphs(rng, half),
        "Kind regards,",
        "Jo",
    ])  # fmt: skip
    head = "From: jo@example.com\nTo: kim@example.org\nSubject: Offer\nMIME-Version: 1.0\n"
    head += "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\n"
    return (head + text).encode()


def _send(source: str, content: Path, port: int, count: int) -> float:
    """Send the message so many times; return how many went in a second."""
    began = time.perf_counter()
    subprocess.run(
        [
            source, "-s", str(_SESSIONS), "-m", str(count), "-F", str(content),
            "-f", "jo@example.com", "-t", "kim@example.org", f"inet:127.0.0.1:{port}",
        ],
        check=True,
        timeout=300,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return count / (time.perf_counter() - began)


def _cpu(pid: int) -> float:
    # The clock of clock_getcpuclockid(3), which Python doesn't have for processes: all
    # threads, in nanoseconds, where /proc/PID/stat counts in steps of ten milliseconds.
    return time.clock_gettime(~pid << 3 | 2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=EXAMPLES.parent
    )
    try:
        deadline = time.monotonic() + 30
        while not _listens(port) and process.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{command[0]} does not listen")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def _sink(program: str) -> Iterator[int]:
    port = _free_port()
    with _running([program, "-u", "nobody", f"127.0.0.1:{port}", "500"], port):
        yield port


@contextlib.contextmanager
def _relays(hop: int, clocks: Path) -> Iterator[dict[str, tuple[int, int]]]:
    with contextlib.ExitStack() as stack:
        found = {}
        for name, how in ((_PLAIN, "pass"), (_SIGNS, "sign")):
            port = _free_port()
            serve = ["benchmarks.relay", how, str(port), str(hop), str(clocks)]
            command = [sys.executable, "-m", *serve]
            process = stack.enter_context(_running(command, port))
            found[name] = (port, process.pid)
        yield found


def _postfix(source: str, content: Path, hop: int, count: int) -> list[float]:
    if os.geteuid() != 0 or shutil.which("postfix", path=_PATH) is None:
        return []
    sys.path.insert(0, str(EXAMPLES / "postfix"))
    from private_postfix import PrivatePostfix

    port = _free_port()
    service = f"127.0.0.1:{port} inet n - n - 50 smtpd\n"
    postfix = PrivatePostfix(f"[127.0.0.1]:{hop}", master=service)
    try:
        postfix.start(port)
        return [_send(source, content, port, count) for _ in range(3)]
    finally:
        postfix.stop()


def _serve(how: str, port: int, hop: int, clocks: Path) -> int:
    sys.path.insert(0, str(EXAMPLES))
    import relay_server
    from relay_values import Delivery, NextHop, Policy, Reply, SigningPolicy, Transaction

    import mailsig
    from benchmarks.signing import signature

    class Timed(SigningPolicy):
        signing = began = 0  # nanoseconds of processor time

        def handle(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
            self.began = self.began or time.process_time_ns()
            before = time.thread_time_ns()
            done = super().handle(transaction, content)
            self.signing += time.thread_time_ns() - before
            return done

    next_hop = NextHop("127.0.0.1", hop)
    config = relay_server.RelayConfig(port=port)
    if how == "pass":
        return relay_server.run(config, Policy(next_hop))
    chosen = signature()
    policy = Timed(next_hop, lambda sender: chosen, mailsig.Options())
    code = relay_server.run(config, policy)
    clocks.write_text(f"{policy.signing} {time.process_time_ns() - policy.began}")
    return code


def main(arguments: list[str]) -> int:
    """Measure and print, or serve as one of the relays that are measured."""
    if len(arguments) == 4:
        how, port, hop, clocks = arguments
        return _serve(how, int(port), int(hop), Path(clocks))
    from benchmarks.report import extra_table

    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.relay",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="few messages")
    quick = parser.parse_args(arguments).quick
    print(extra_table("Relay, over SMTP", rows(quick)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
