"""Is this a well signed message? Checked with the stdlib's parser, never with mailsig.

A fast wrong answer is no answer: mailsig must pass without a remark before it is timed,
and for everybody else the remarks stand beside the time.
"""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes
from email.message import Message

from benchmarks.signing import TOKEN

_STRIPPED = {"dkim-signature"}
_STAMP = "x-mailsig-handled"
_BODY_FIELDS = {"content-type", "content-transfer-encoding", "mime-version"}


def remarks(raw: bytes, out: bytes) -> list[str]:
    """Return what is wrong with ``out`` as a signed ``raw``; empty: nothing.

    Counts lines of the message's text that were written anew, beside the two that an
    insertion may touch in each body part.
    """
    before, after = message_from_bytes(raw), message_from_bytes(out)
    found = _field_remarks(before, after)
    old, new = _leaves(before), _leaves(after)
    if len(old) != len(new):
        found.append(f"{len(new) - len(old):+} parts")
    else:
        found += _body_remarks(old, new)
    if b"\r\n" in raw and out.count(b"\n") != out.count(b"\r\n"):
        found.append("line ends changed")
    lost = _lost_lines(raw, out) - 2 * sum(map(_is_body, old))
    if lost > 0:
        found.append(f"{lost:,} lines rewritten")
    if max(map(len, out.split(b"\n"))) > 999:
        found.append("a line over 998 octets")
    return found


def _leaves(message: Message) -> list[Message]:
    return [part for part in message.walk() if not part.is_multipart()]


def _is_body(part: Message) -> bool:
    kind = part.get_content_type()
    return kind in {"text/plain", "text/html"} and part.get_content_disposition() is None


def _text(part: Message) -> str:
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets.decode(part.get_content_charset("utf-8"))


def _body_remarks(old: list[Message], new: list[Message]) -> list[str]:
    found: Counter[str] = Counter()
    for before, after in zip(old, new, strict=True):
        if not _is_body(before):
            if before.get_payload() != after.get_payload():
                found["attachments re-encoded"] += 1
            continue
        try:
            times = _text(after).count(TOKEN)
        except (UnicodeDecodeError, LookupError):
            found[f"undecodable {after.get_content_type()}"] += 1
            continue
        if times != 1:
            found[f"signature {times} times in {after.get_content_type()}"] += 1
    return list(found)


def _field_remarks(before: Message, after: Message) -> list[str]:
    def shown(message: Message, left_out: set[str]) -> list[tuple[str, str]]:
        pairs = [(name.lower(), str(value)) for name, value in message.items()]
        return [pair for pair in pairs if pair[0] not in left_out]

    left_out = _STRIPPED | {_STAMP}
    if shown(before, left_out) == shown(after, left_out):
        return []
    left_out |= _BODY_FIELDS
    if shown(before, left_out) == shown(after, left_out):
        return ["body relabelled"]
    return ["header fields changed"]


def _lost_lines(raw: bytes, out: bytes) -> int:
    start = raw.find(b"\r\n\r\n")
    old = Counter(line.rstrip() for line in raw[start:].split(b"\n"))
    new = Counter(line.rstrip() for line in out[out.find(b"\r\n\r\n") :].split(b"\n"))
    return sum((old - new).values())
