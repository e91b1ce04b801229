"""Where the shared data is: real messages, kept beside the checkout and not in it.

Tests ask for a folder by name. Where it isn't there they are skipped, with the reason; to
skip them although it is there is a failure under ``CI`` (see conftest.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MAILSIG_SHARED") or ROOT.parent / "shared")
NOT_MAIL = {".tsv", ".jsonl", ".md"}


def folder(name: str) -> Path:
    """Return the shared folder ``name``; skip the test where it is absent."""
    path = SHARED / name
    if not path.is_dir():
        pytest.skip(
            f"{path} isn't there: set MAILSIG_SHARED to the folder that holds {name}/"
        )
    return path


@cache
def _mail(name: str) -> tuple[Path, ...]:
    return tuple(
        sorted(
            path
            for path in (SHARED / name).rglob("*")
            if path.is_file() and path.suffix not in NOT_MAIL
        )
    )


def messages(name: str, every: int = 1) -> Iterator[tuple[str, bytes]]:
    """Yield (name, octets) of each ``every``-th message of a shared folder."""
    path = folder(name)
    found = _mail(name)
    assert found, f"{path} holds no message"
    for file in found[::every]:
        yield str(file.relative_to(path)), file.read_bytes()
