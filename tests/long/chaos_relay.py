"""The long chaos runs: 3,000 messages of 20 KB for each victim, 14 kills each.

    python tests/long/chaos_relay.py [MESSAGES [KILLS]]

Prints one line for each run and exits with 1 if anything was lost, truncated, unsigned or
bounced, if there are more duplicates than kills times open sessions, or any after SIGTERM.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import chaos
from postfix_tools import missing

SESSIONS = 20  # of Postfix's "sig" service
RUNS: list[tuple[chaos.Victim, int]] = [
    ("relay", signal.SIGKILL),
    ("next hop", signal.SIGKILL),
    ("both", signal.SIGKILL),
    ("relay", signal.SIGTERM),
    ("milter", signal.SIGKILL),
    ("milter", signal.SIGTERM),
]


def main(messages: int = 3000, kills: int = 14) -> int:
    """Run all; return the exit code."""
    if reason := missing():
        print(f"cannot run: {reason}")
        return 2
    failed = 0
    for victim, how in RUNS:
        outcome = chaos.run(victim, messages, kills, how=how, seconds=900)
        name = f"{victim}, {signal.Signals(how).name}"
        bad = outcome.lost + outcome.truncated + outcome.unsigned + outcome.bounced
        allowed = 0 if how == signal.SIGTERM else kills * SESSIONS
        well = bad == 0 and outcome.duplicates <= allowed and outcome.kills == kills
        print(f"{'ok  ' if well else 'FAIL'} {name}: {outcome}", flush=True)
        failed += not well
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
