"""What ``import mailsig`` costs, and what building the first Signature costs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_STATEMENTS = {
    "pass": "pass",
    "import mailsig": "import mailsig",
    "import mailsig, first Signature": (
        "import mailsig; mailsig.Signature(html='<p>Jo</p>')"
    ),
    "import email.policy, email.parser": "import email.policy, email.parser",
}


def _milliseconds(statement: str, environment: dict[str, str]) -> float:
    start = time.perf_counter_ns()
    subprocess.run(
        [sys.executable, "-c", statement], cwd=_ROOT, env=environment, check=True
    )
    return (time.perf_counter_ns() - start) / 1e6


def import_times(rounds: int = 9) -> dict[str, float]:
    """Return milliseconds over a bare interpreter for each statement, interleaved.

    With byte code written beforehand, as an installed package has it. The least of the
    rounds counts: nothing but other work makes a start slower.
    """
    samples: dict[str, list[float]] = {name: [] for name in _STATEMENTS}
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(rounds + 1):
            for name, statement in _STATEMENTS.items():
                samples[name].append(_milliseconds(statement, environment))
    bare = min(samples.pop("pass"))
    return {name: min(times) - bare for name, times in samples.items()}
