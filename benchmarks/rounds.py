"""Interleaved timing: every round asks every system once; the median of rounds counts.

Times are of the processor, and a busy machine slows all systems of a round alike: ratios
of medians hold where the seconds don't.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.check import remarks
from benchmarks.peers import PeerError
from benchmarks.systems import System

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How long to measure: rounds, and nanoseconds per system, in a round and in all."""

    rounds: int
    round_ns: float
    system_ns: float


QUICK = Plan(3, 5e6, 5e8)
FULL = Plan(9, 3e7, 6e9)
_WARM_UP = 10  # calls
_FROM_HEAP = 31 << 20  # octets


@dataclass(frozen=True)
class Row:
    """One system on one message: microseconds (the median), and what the check said."""

    system: str
    microseconds: float | None
    remarks: tuple[str, ...] = ()
    signs: bool = True


@dataclass
class _Entry:
    system: System
    repetitions: int = 1
    spent: float = 0.0
    samples: list[float] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    signs: bool = True

    def measure(self) -> None:
        gc.collect()
        start = time.perf_counter_ns()
        self.samples.append(median(self.system.times(self.repetitions)))
        self.spent += time.perf_counter_ns() - start

    def row(self) -> Row:
        middle = median(self.samples) / 1_000 if self.samples else None
        return Row(self.system.name, middle, self.notes, self.signs)


def measured(
    raw: bytes, systems: Sequence[System], plan: Plan, progress: Progress
) -> list[Row]:
    """Return a row per system for one message; each output was checked first.

    Raises:
        AssertionError: mailsig's own output has a flaw.
    """
    # glibc takes blocks as large as one that was freed before from the heap, and all others
    # from the kernel, page by page: without this, chance decides who pays for that.
    bytearray(_FROM_HEAP).clear()
    entries = [_Entry(system) for system in systems]
    for entry in entries:
        progress(f"check {entry.system.name}")
        _start(entry, raw, plan)
    alive = [entry for entry in entries if entry.samples]
    for number in range(1, plan.rounds):
        for entry in alive[number % len(alive) :] + alive[: number % len(alive)]:
            if entry.spent < plan.system_ns:
                progress(f"round {number + 1}/{plan.rounds} {entry.system.name}")
                entry.measure()
    return [entry.row() for entry in entries]


def _start(entry: _Entry, raw: bytes, plan: Plan) -> None:
    """Check the output of a system, and find how often a round should repeat it."""
    system = entry.system
    try:
        system.load(raw)
        out = system.output()
        entry.signs = out is not None
        if out is not None:
            entry.notes = tuple(remarks(raw, out))
            if entry.notes and system.name.startswith("mailsig"):
                check_own(system.name, entry.notes)
        once = median(system.times(1))
        if once < plan.round_ns / _WARM_UP:
            # The first calls compile patterns and fill caches: they take far longer.
            once = median(system.times(_WARM_UP))
        entry.repetitions = max(1, min(2_000, int(plan.round_ns / max(once, 1.0))))
        entry.measure()
    except PeerError as error:
        entry.notes = (str(error),)


def check_own(name: str, notes: tuple[str, ...]) -> None:
    """Refuse to time a mailsig that signs badly (objects may be written anew in part)."""
    if name == "mailsig EmailMessage":
        return
    raise AssertionError(f"{name}: {'; '.join(notes)}")


def to_terminal(prefix: str) -> Progress:
    """Return a progress line on standard error; silent where that is no terminal."""
    if not sys.stderr.isatty():
        return lambda text: None

    def show(text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{prefix}: {text}")
        sys.stderr.flush()

    return show
