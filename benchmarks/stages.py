"""Where the time of one rewrite goes: its steps, timed in place (processor time).

Each step is a function of mailsig that is wrapped in a clock for the length of the
measurement; ``rest`` is what no step accounts for. The clocks cost a little themselves.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from benchmarks.signing import signature

# Names where the callers look them up; no step calls another one.
_STEPS = {
    "scan": ("api:scan_header", "api:scan", "plan:bodies.choose"),
    "guard": ("plan:guard.header_reasons", "plan:handled", "plan:guard.has_inline_pgp"),
    "decode": ("part:transfer.decode", "part:charset.decode_body"),
    "tokenise": ("part:tokenize", "part:skim"),
    "boundary": (
        "part:may_hold_history",
        "part:find_in_html",
        "part:find_in_first_tokens",
        "part:find_in_text",
        "plan:agree",
    ),
    "marker": ("plan:placing.find_markers",),
    "once": ("plan:_is_signed",),
    "place": ("plan:placing.in_default_place",),
    "encode": ("plan:writing.write",),
    "fields": ("plan:finish",),
}

MESSAGES = (
    "plain 2 KB",
    "UTF-8 8bit 6 KB",
    "reply 30 KB",
    "newsletter 100 KB",
    "base64 HTML 200 KB",
    "pictures 500 KB",
    "1,000 parts",
    "50 levels",
    "attachments 1 MB",
    "attachments 100 MB",
)


def stage_times(raw: bytes, rounds: int = 15) -> dict[str, float]:
    """Return the median microseconds of each step of ``rewrite(raw)``."""
    from mailsig import rewrite

    own = signature()
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        spent = dict.fromkeys(_STEPS, 0.0)
        with _clocks(spent):
            start = time.process_time_ns()
            result = rewrite(raw, own)
            middle = time.process_time_ns()
            assert result.message
            end = time.process_time_ns()
        del result  # or its octets would be freed inside the next measurement
        rest = (middle - start) - sum(spent.values())
        spent |= {"rest": rest, "apply": end - middle, "all": end - start}
        for name, nanoseconds in spent.items():
            found.setdefault(name, []).append(nanoseconds / 1_000)
    return {name: median(times) for name, times in found.items()}


@contextmanager
def _clocks(spent: dict[str, float]) -> Iterator[None]:
    undo: list[tuple[Any, str, Any]] = []
    for step, names in _STEPS.items():
        for name in names:
            owner, attribute = _owner(name)
            function = getattr(owner, attribute)
            undo.append((owner, attribute, function))
            setattr(owner, attribute, _clocked(function, step, spent))
    try:
        yield
    finally:
        for owner, attribute, function in reversed(undo):
            setattr(owner, attribute, function)


def _owner(name: str) -> tuple[Any, str]:
    module, _, path = name.partition(":")
    owner: Any = importlib.import_module(f"mailsig.{module}")
    *parents, attribute = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    return owner, attribute


def _clocked(
    function: Callable[..., Any], step: str, spent: dict[str, float]
) -> Callable[..., Any]:
    def clocked(*arguments: Any, **named: Any) -> Any:
        start = time.process_time_ns()
        try:
            return function(*arguments, **named)
        finally:
            spent[step] += time.process_time_ns() - start

    return clocked
