"""The goals of the project, as ratios inside one run, and how a run met them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Times = Mapping[str, Mapping[str, float]]
"""Microseconds by message and system."""


@dataclass(frozen=True)
class Goal:
    """``slower`` over ``faster`` on a message is to be at least ``least``.

    With ``at_most`` the same ratio has an upper bound instead: a floor is the divisor.
    """

    message: str
    over: str
    under: str
    bound: float
    aim: float
    at_most: bool = False


@dataclass(frozen=True)
class Verdict:
    """A goal, the figure of this run, and whether it holds."""

    goal: str
    bound: str
    aim: str
    measured: str
    met: bool


GOALS = (
    Goal("plain 2 KB", "stdlib", "mailsig", 12, 40),
    Goal("reply 30 KB", "stdlib", "mailsig", 5, 20),
    Goal("newsletter 100 KB", "stdlib", "mailsig", 4, 15),
    Goal("base64 HTML 200 KB", "stdlib", "mailsig", 6, 40),
    Goal("pictures 500 KB", "stdlib", "mailsig", 40, 100),
    Goal("attachments 10 MB", "stdlib", "mailsig", 60, 60),
    Goal("attachments 25 MB", "stdlib", "mailsig", 60, 60),
    Goal("attachments 10 MB", "mailsig", "memcpy", 3.5, 1.5, at_most=True),
    Goal("attachments 25 MB", "mailsig", "memcpy", 3.5, 1.5, at_most=True),
    Goal("attachments 100 MB", "stdlib", "mailsig", 20, 20),
    Goal("attachments 100 MB", "mailsig", "memcpy", 2.2, 1.3, at_most=True),
    Goal("attachments 100 MB", "mailsig chunks", "find", 1.5, 1.1, at_most=True),
    Goal("mailbox of 1,000", "stdlib", "mailsig", 10, 33),
    Goal("1,000 parts", "stdlib", "mailsig", 60, 200),
    Goal("50 levels", "stdlib", "mailsig", 40, 100),
)


def judged(times: Times) -> list[Verdict]:
    """Return a verdict for each goal whose message and systems were measured."""
    found = []
    for goal in GOALS:
        row = times.get(goal.message, {})
        over, under = row.get(goal.over), row.get(goal.under)
        if over is None or under is None:
            continue
        ratio = over / under
        sign = "≤" if goal.at_most else "≥"
        found.append(
            Verdict(
                f"{goal.message}: {goal.over} ÷ {goal.under}",
                f"{sign} {goal.bound:g}",
                f"{sign} {goal.aim:g}",
                f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}",
                ratio <= goal.bound if goal.at_most else ratio >= goal.bound,
            )
        )
    return found


def at_most(goal: str, value: float, bound: float, aim: float, unit: str) -> Verdict:
    """Return the verdict on a figure that has an upper bound."""
    return Verdict(
        goal,
        f"≤ {bound:g} {unit}",
        f"≤ {aim:g} {unit}",
        f"{value:.3g} {unit}",
        value <= bound,
    )
