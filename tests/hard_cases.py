"""All the hard cases, in the order of their numbers, with unique ids."""

from __future__ import annotations

import hard_cases_never
import hard_cases_parts
import hard_cases_place
import hard_cases_wire

CASES = [
    *hard_cases_parts.CASES,
    *hard_cases_never.CASES,
    *hard_cases_wire.CASES,
    *hard_cases_place.CASES,
]
assert len({case.id for case in CASES}) == len(CASES), "two cases have one id"
NUMBERS = {case.id[:3] for case in CASES}
assert {f"b{n:02}" for n in range(1, 67)} == NUMBERS, "a number is missing"
