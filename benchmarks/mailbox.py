"""A mailbox of a thousand mails, every system in turn over chunks of it.

Time per mail is the sum over all mails, divided; every mail is signed once per pass,
so nothing that a system remembers about one message helps it here.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Sequence
from statistics import median

from benchmarks import messages
from benchmarks.check import remarks
from benchmarks.peers import PeerError
from benchmarks.rounds import Plan, Progress, Row, check_own
from benchmarks.systems import System

NAME = "mailbox of 1,000"
_CHUNK = 25


def mailbox_rows(
    systems: Sequence[System], plan: Plan, progress: Progress, count: int = 1_000
) -> tuple[int, list[Row]]:
    """Return the mean size of a mail, and a row per system (mean time per mail)."""
    mails = list(messages.mailbox(count))
    notes = {system.name: _checked(system, mails, progress) for system in systems}
    sums: dict[str, list[float]] = {system.name: [] for system in systems}
    for number in range(1 if plan.rounds < 9 else 2):
        passed = dict.fromkeys(sums, 0.0)
        for start in range(0, count, _CHUNK):
            progress(f"pass {number + 1}, mail {start:,}")
            for system in systems:
                if notes[system.name] is not None:
                    passed[system.name] += _timed(system, mails[start : start + _CHUNK])
        for name, total in passed.items():
            sums[name].append(total / count / 1_000)
    rows = [
        _row(system, sums[system.name], notes[system.name], count) for system in systems
    ]
    return sum(map(len, mails)) // count, rows


def _timed(system: System, mails: Sequence[bytes]) -> float:
    gc.collect()
    total = 0.0
    for raw in mails:
        system.load(raw)
        total += system.times(1)[0]
    return total


def _checked(
    system: System, mails: Sequence[bytes], progress: Progress
) -> Counter[str] | None:
    """Return how many mails each remark was made on; None: the system fails."""
    found: Counter[str] = Counter()
    for number, raw in enumerate(mails):
        if number % _CHUNK == 0:
            progress(f"check {system.name}, mail {number:,}")
        try:
            system.load(raw)
            out = system.output()
        except PeerError:
            return None
        if out is None:
            return found
        said = remarks(raw, out)
        if said and system.name.startswith("mailsig"):
            check_own(f"{system.name}, mail {number}", tuple(said))
        found.update("lines rewritten" if "rewritten" in each else each for each in said)
    return found


def _row(system: System, sums: list[float], notes: Counter[str] | None, count: int) -> Row:
    if notes is None:
        return Row(system.name, None, ("failed on a mail",))
    said = tuple(
        f"{each} in {times:,} of {count:,}" for each, times in notes.most_common(3)
    )
    signs = system.output() is not None
    return Row(system.name, median(sums), said, signs)
