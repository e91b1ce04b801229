"""What is timed: mailsig in three ways, the standard library, and the floors.

A system is loaded with a message, then times itself; those that sign also hand out
their output, so that it can be checked before anybody believes the clock. All times are
of the processor: what else runs on the machine must not count.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any, Protocol

from benchmarks.signing import FOOTER_HTML, FOOTER_TEXT, signature


def children_ns() -> int:
    """Return the processor time of this process and of those it has waited for."""
    usages = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return int(sum(usage.ru_utime + usage.ru_stime for usage in usages) * 1e9)


class System(Protocol):
    """One row of the tables."""

    name: str
    note: str

    def load(self, raw: bytes) -> None:
        """Take the message that the next calls are about."""

    def times(self, repetitions: int) -> list[float]:
        """Sign ``repetitions`` times; return processor nanoseconds per message."""

    def output(self) -> bytes | None:
        """Return the signed message, or None: this is a floor and signs nothing."""

    def close(self) -> None:
        """Let go of what was started."""


@dataclass
class Call:
    """A system in this process: one function from the message to whatever."""

    name: str
    note: str
    call: Callable[[Any], object]
    joined: Callable[[Any], bytes] | None = None
    prepared: Callable[[bytes], Any] = field(default=lambda raw: raw)
    clock: Callable[[], int] = time.process_time_ns
    argument: Any = field(default=None, repr=False)

    def load(self, raw: bytes) -> None:
        self.argument = self.prepared(raw)

    def times(self, repetitions: int) -> list[float]:
        call, argument = self.call, self.argument
        start = self.clock()
        for _ in range(repetitions):
            call(argument)
        return [(self.clock() - start) / repetitions]

    def output(self) -> bytes | None:
        return None if self.joined is None else self.joined(self.argument)

    def close(self) -> None:
        self.argument = None


def stdlib_way(raw: bytes) -> bytes:
    """Sign the way most people write it first, with the email package alone."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        if part.is_attachment():
            continue
        if part.get_content_type() == "text/plain":
            part.set_content(part.get_content() + "\n-- \n" + FOOTER_TEXT)
        elif part.get_content_type() == "text/html":
            html = part.get_content()
            at = html.lower().rfind("</body>")
            at = len(html) if at < 0 else at
            part.set_content(html[:at] + FOOTER_HTML + html[at:], subtype="html")
    del message["DKIM-Signature"]
    message["X-Mailsig-Handled"] = "Yes"
    return message.as_bytes()


_BOUNDARY = re.compile(rb'boundary="([^"\r\n]+)"')


def delimiters(raw: bytes) -> list[tuple[int, bytes]]:
    """Return where each multipart declares its boundary, and its delimiter line."""
    return [(m.end(), b"\n--" + m.group(1)) for m in _BOUNDARY.finditer(raw, 0, 1 << 20)]


def find_delimiters(prepared: tuple[bytes, list[tuple[int, bytes]]]) -> int:
    """Find every delimiter of every multipart once, with bytes.find and nothing else."""
    raw, marks = prepared
    count = 0
    for start, mark in marks:
        at = raw.find(mark, start)
        while at >= 0:
            count += 1
            end = at + len(mark)
            if raw[end : end + 2] == b"--":
                break
            at = raw.find(mark, end)
    return count or raw.find(b"\r\n\r\n")


def mailsig_systems() -> list[System]:
    """Return the rows of mailsig: octets joined, octets as chunks, message objects."""
    from mailsig import parse, rewrite

    own = signature()

    def chunks(raw: bytes) -> object:
        return deque(rewrite(raw, own).chunks(), maxlen=0)

    def parsed(raw: bytes) -> bytes:
        return rewrite(parse(raw), own).message.as_bytes()

    def foreign(raw: bytes) -> bytes:
        message = message_from_bytes(raw, policy=policy.default)
        return rewrite(message, own).message.as_bytes()

    return [
        Call(
            "mailsig",
            "rewrite(octets).message: guards, above the quote, DKIM, stamp",
            lambda raw: rewrite(raw, own).message,
            lambda raw: rewrite(raw, own).message,
        ),
        Call(
            "mailsig chunks",
            "the same, output as views: never joined",
            chunks,
            lambda raw: b"".join(rewrite(raw, own).chunks()),
        ),
        Call("mailsig parse", "rewrite(parse(octets)).message.as_bytes()", parsed, parsed),
        Call(
            "mailsig EmailMessage",
            "stdlib parse, rewrite(object), as_bytes: most of it is the stdlib",
            foreign,
            foreign,
        ),
    ]


def stdlib_systems() -> list[System]:
    """Return the stdlib: as usually written, its parser alone, parsed and flattened."""
    return [
        Call(
            "stdlib",
            "parse (policy.default), walk, get_content, set_content, as_bytes",
            stdlib_way,
            stdlib_way,
        ),
        Call(
            "stdlib parse",
            "message_from_bytes(policy.default) alone",
            lambda raw: message_from_bytes(raw, policy=policy.default),
        ),
        Call(
            "stdlib round trip",
            "message_from_bytes(policy.default).as_bytes()",
            lambda raw: message_from_bytes(raw, policy=policy.default).as_bytes(),
        ),
    ]


def floor_systems() -> list[System]:
    """Return what no program can go below: a copy, a search, an empty process."""
    return [
        Call("memcpy", "bytes(memoryview(octets))", lambda raw: bytes(memoryview(raw))),
        Call(
            "find",
            "bytes.find of every delimiter (of the empty line where there is none)",
            find_delimiters,
            prepared=lambda raw: (raw, delimiters(raw)),
        ),
    ]


def empty_process(_: object = None) -> None:
    """Start a process that does nothing: what alterMIME's row can't go below."""
    subprocess.run(["/bin/true"], check=False, stdout=subprocess.DEVNULL)


def process_floor() -> list[System]:
    """Return the row that whole-process peers are to be read against."""
    if not sys.platform.startswith(("linux", "darwin", "freebsd")):
        return []
    note = "/bin/true, the floor of a whole process"
    return [Call("empty process", note, empty_process, clock=children_ns)]
