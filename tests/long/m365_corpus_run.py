"""A thousand real messages through the Microsoft 365 round trip.

    python tests/long/m365_corpus_run.py [COUNT]

Prints the figures; ends with 1 where a message was lost, came twice, or is not judged
clean. Takes a few minutes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import m365_corpus
import shared


def main() -> int:
    """Run it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    everything = list(shared.messages("corpus"))
    step = max(1, len(everything) // count)
    chosen = everything[::step][:count]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = m365_corpus.run(chosen, Path(folder), shared.folder("judge"))
    print(f"{report}; {time.monotonic() - began:.0f} s")
    for problem in report.problems[:40]:
        print(" ", problem)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
