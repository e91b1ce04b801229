"""Linear: sixteen times the input is about sixteen times the work, on hostile input too.

Compared is processor time of the whole ``rewrite`` for n and for 16n, with a margin of
almost four over what linear work would take: a quadratic step shows as 256.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mailsig import rewrite

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import growth

MARGIN = 60
# Less than this is too short to be compared; a quadratic step can't hide in it.
MILLISECONDS = 12.0


@pytest.mark.parametrize("name", growth.SHAPES)
def test_work_grows_with_the_size(name: str) -> None:
    for _ in range(3):
        found = growth.grown(name, tries=1)
        if found.large < MILLISECONDS or found.ratio < MARGIN:
            return
    pytest.fail(f"{name}: {found.small:.2f} ms for n, {found.large:.2f} ms for 16n")


@pytest.mark.parametrize("levels", [900, 5_000])
def test_no_depth_of_nesting_raises(levels: int) -> None:
    result = rewrite(growth.messages.nested(1, levels), growth.signature())
    assert result.message.endswith(b"--\r\n")
