"""Where a signature stands in a plain text, and how its lines are written there.

Offsets are code points of the decoded text. Format=flowed is RFC 3676; the
delimiter line is its section 4.3.
"""

from __future__ import annotations

from dataclasses import dataclass

DELIMITER = "-- "
_STUFFED = (" ", ">", "From ")  # RFC 3676 4.4
_SAMPLE = 8_000  # code points


@dataclass(slots=True)
class Layout:
    """How a body's lines are written: its line end, and whether they are flowed."""

    newline: str
    flowed: bool = False


def newline_of(text: str, default: str) -> str:
    """Return the line end that most lines at the start of the text have."""
    # PERF (base64 HTML 200 KB): counting them all took a twentieth of the time.
    if text.find("\n", 0, _SAMPLE) >= 0:
        text = text[:_SAMPLE]
    if "\r" not in text:
        return "\n" if "\n" in text else default
    lines = text.count("\n")
    if not lines:
        return default
    return "\r\n" if 2 * text.count("\r\n") >= lines else "\n"


def end_of_text(text: str) -> int:
    """Return the offset behind the last line that has something visible."""
    last = len(text.rstrip())
    if not last:
        return start_of_text(text)
    newline = text.find("\n", last)
    return len(text) if newline < 0 else newline + 1


def start_of_text(text: str) -> int:
    """Return the offset of the first line, which is behind a byte order mark."""
    return 1 if text.startswith("\ufeff") else 0


def line_in(text: str, start: int, end: int) -> int:
    """Return the last line start within ``start`` .. ``end``, or ``end`` if none is."""
    if end == 0 or text[end - 1 : end] == "\n":
        return end
    newline = text.rfind("\n", start, end)
    if newline >= 0:
        return newline + 1
    if end == len(text) or text[end : end + 2] in ("\r\n", "\n"):
        return end
    return start if start == 0 or text[start - 1] == "\n" else end


def compose(
    text: str, offset: int, end: int, lines: str, delimiter: bool, layout: Layout
) -> str:
    """Return what to write for ``text[offset:end]`` so that ``lines`` stand alone.

    The author's line is ended, a blank line comes before and, where something
    follows, after; with ``delimiter`` the ``-- `` line comes first.
    """
    newline = layout.newline
    before, after = text[:offset], text[end:]
    parts = []
    if before and not before.endswith("\n"):
        parts.append(newline)
    shown = before.rstrip("\r\n")
    last_line = shown[shown.rfind("\n") + 1 :]
    if last_line.strip("\ufeff"):
        soft = layout.flowed and last_line.endswith(" ") and last_line != DELIMITER
        blank = before.count("\n", len(shown)) > (1 if last_line.strip() else 0)
        # RFC 3676 4.2: a soft line takes the next one in, even an empty one.
        parts.append(newline * ((0 if blank else 1) + soft))
    parts.append(lines_of(lines, delimiter, layout))
    if end > offset and text[end - 1] != "\n" and _starts_with_blank_line(after):
        # What is replaced left the end of its line, which becomes ours.
        after = after.partition("\n")[2]
        if after.strip() and not _starts_with_blank_line(after):
            parts.append(newline)
    elif after.strip():
        parts.append(newline if _starts_with_blank_line(after) else newline * 2)
    elif after or before.endswith("\n") or not before:
        parts.append(newline)
    return "".join(parts)


def lines_of(lines: str, delimiter: bool, layout: Layout) -> str:
    """Return a signature's lines as the body writes lines; the last has no line end."""
    written = lines.split("\n")
    if layout.flowed:
        written = [_stuffed(line) for line in written]
    if delimiter:
        written.insert(0, DELIMITER)
    return layout.newline.join(written)


def has_delimiter_at_end(text: str, end: int) -> bool:
    """Whether the last lines before ``end`` are a signature block of the author's own."""
    # LIMIT: RFC 3676 4.3 asks for four lines or less; people write up to a dozen.
    begin = max(0, end - 2000)
    tail = text[begin:end]
    # PERF (relay 10 KB): one character is told in a twentieth of a word's time.
    if "-" not in tail or DELIMITER not in tail:
        return False
    lines = tail.split("\n")
    if begin and text[begin - 1] != "\n":
        del lines[0]  # the end of one
    while lines and not lines[-1].strip():
        lines.pop()
    return any(line.rstrip("\r") == DELIMITER for line in lines[-16:])


def _starts_with_blank_line(text: str) -> bool:
    return not text.partition("\n")[0].strip()


def _stuffed(line: str) -> str:
    line = line.rstrip(" ")
    return " " + line if line.startswith(_STUFFED) else line
