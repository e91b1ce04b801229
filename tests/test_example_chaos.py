"""A short form of tests/long/chaos_relay.py: kills while mail flows, and nothing is lost."""

from __future__ import annotations

import signal

import chaos
import pytest
from postfix_tools import missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=str(missing()))


@pytest.mark.parametrize("victim", ["both", "milter"])
def test_kills_lose_nothing_and_duplicate_little(victim: chaos.Victim) -> None:
    outcome = chaos.run(victim, messages=300, kills=4, seconds=120)
    print(outcome)
    assert outcome.kills == 4
    assert (outcome.lost, outcome.truncated, outcome.unsigned, outcome.bounced) == (
        0,
        0,
        0,
        0,
    )
    # Whoever dies between the next hop's 250 and ours makes one duplicate per session.
    assert outcome.duplicates <= outcome.kills * 20


def test_draining_duplicates_nothing() -> None:
    outcome = chaos.run("relay", messages=300, kills=4, how=signal.SIGTERM, seconds=120)
    print(outcome)
    assert outcome.kills == 4
    assert (outcome.lost, outcome.truncated, outcome.unsigned, outcome.bounced) == (
        0,
        0,
        0,
        0,
    )
    assert outcome.duplicates == 0
