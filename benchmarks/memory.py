"""Peak memory above the input, measured in a process of its own for each figure.

``traced`` is what Python allocated at most (tracemalloc); ``resident`` is by how much
the process itself grew (Linux only), which also counts pages that malloc keeps.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

from benchmarks.messages import MESSAGES
from benchmarks.systems import Call, floor_systems, mailsig_systems, stdlib_systems

_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Peak:
    """Octets above the input at the peak; ``resident`` is None where it can't be read."""

    system: str
    message: str
    traced: int
    resident: int | None


def peak(system: str, message: str) -> Peak:
    """Return the peak of one system on one message, from fresh processes."""
    figures = [
        subprocess.run(
            [sys.executable, "-m", "benchmarks.memory", how, system, message],
            cwd=_ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for how in ("traced", "resident")
    ]
    traced, resident = (json.loads(figure) for figure in figures)
    return Peak(system, message, traced, resident)


def _call(system: str) -> Call:
    for each in [*mailsig_systems(), *stdlib_systems(), *floor_systems()]:
        if each.name == system and isinstance(each, Call):
            return each
    raise SystemExit(f"no system {system!r}")


def _traced(call: Call) -> int:
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    call.times(1)
    return tracemalloc.get_traced_memory()[1] - before


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def _resident(call: Call) -> int | None:
    try:
        before = _status("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")
    except (OSError, LookupError):
        return None
    call.times(1)
    return max(0, _status("VmHWM") - before)


def main(how: str, system: str, message: str) -> None:
    call = _call(system)
    call.load(MESSAGES["plain 2 KB"]())
    call.times(3)
    call.load(MESSAGES[message]())
    print(json.dumps(_traced(call) if how == "traced" else _resident(call)))


if __name__ == "__main__":
    main(*sys.argv[1:])
