"""The log: JSON lines on standard error, which never stop mail.

Who reads the log may be slow, stuck or gone. A line that it has no room for is dropped and
counted, and the next one that gets through says so: ``"dropped": 3``.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
import threading
import time
from typing import TextIO

# As much as a pipe with any room takes at once; longer lines could block or be divided.
_MOST = getattr(select, "PIPE_BUF", 4096)


class LogLines:
    """Writes one line for each call of ``write``, from any thread."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """``stream`` is standard error if it is None."""
        self.dropped = 0
        self._told = 0
        self._stream = stream
        self._one_at_a_time = threading.Lock()

    def write(self, **fields: object) -> None:
        """Write one line with the time and these fields, if somebody takes it."""
        now = {"time": round(time.time(), 3)}
        # Python's own is None where the program was started without one.
        stream: TextIO | None = self._stream or sys.stderr
        with self._one_at_a_time:
            if stream is None or not _has_room(stream):
                self.dropped += 1
                return
            missing = self.dropped - self._told
            self._told = self.dropped
            line = _line({**now, **fields, **({"dropped": missing} if missing else {})})
            with contextlib.suppress(OSError, ValueError):
                _put(stream, line)


STANDARD = LogLines()
"""The log of this process."""


def _has_room(stream: TextIO) -> bool:
    try:
        return bool(select.select((), (stream,), (), 0)[1])
    except (OSError, ValueError, TypeError):  # no file of the system's, or a closed one
        return True


def _put(stream: TextIO, line: str) -> None:
    """Write a line in one piece: lines of two processes never mix."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):  # no file of the system's
        stream.write(line)
        stream.flush()
    else:
        # Python's buffers would keep what a full disk refuses, up to the program's end.
        os.write(descriptor, line.encode())


def _line(fields: dict[str, object]) -> str:
    line = json.dumps(fields) + "\n"
    if len(line) > _MOST:  # a list, as of the rules of thousands of parts, or a long text
        short = {name: _shortened(value) for name, value in fields.items()}
        line = json.dumps(short) + "\n"
    return line


def _shortened(value: object) -> object:
    if isinstance(value, str):
        return value if len(value) <= 200 else f"{value[:200]}..."
    if isinstance(value, (list, tuple)) and len(value) > 3:
        return [*map(_shortened, value[:3]), f"... {len(value)} in all"]
    return value
