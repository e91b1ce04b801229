"""Plain text to an HTML fragment: escaped, line by line, links clickable."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINK = re.compile(
    r"""(?<![\w@.])(?:
        (?P<url> (?:https?://|www\.) [^\s<>"]++ )
      | (?P<mailto> mailto: [^\s<>"]++ )
      | (?P<address> [\w.+-]{1,64}+ @ [\w-]++ (?: \. [\w-]++ )++ )
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_BLANK_BEFORE_BLANK = re.compile(" (?= )")
_TRAILING = ".,;:!?'*_"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def escape(text: str) -> str:
    """Return ``text`` as character data or as the content of a quoted attribute value."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\u00a0", "&nbsp;")


def html_of(text: str) -> str:
    """Return one ``<div>`` that shows ``text`` (LF newlines) as it stands."""
    lines = "<br>\n".join("".join(_line(line)) for line in text.split("\n"))
    return f"<div>{lines}</div>"


def _line(line: str) -> Iterator[str]:
    at = 0
    for match in _LINK.finditer(line):
        shown = _without_trailing(match[0])
        if shown.lower() in ("http://", "https://", "www", "mailto"):
            continue
        yield _spaced(line[at : match.start()], at == 0)
        target = escape(_target(match, shown))
        yield f'<a href="{target}">{escape(shown)}</a>'
        at = match.start() + len(shown)
    yield _spaced(line[at:], at == 0)


def _target(match: re.Match[str], shown: str) -> str:
    if match["address"]:
        return f"mailto:{shown}"
    return f"http://{shown}" if shown[:4].lower() == "www." else shown


def _without_trailing(link: str) -> str:
    """Cut the punctuation of the sentence around a link, and a bracket it didn't open."""
    end = len(link)
    while link[end - 1] in _TRAILING or _is_unopened(link, link[end - 1]):
        end -= 1
    return link[:end]


def _is_unopened(link: str, last: str) -> bool:
    return last in _PAIRS and _PAIRS[last] not in link


def _spaced(text: str, is_start: bool) -> str:
    """Escape, and keep the indentation and the runs of blanks that HTML would collapse."""
    text = text.replace("\t", "    ")
    if is_start and text.startswith(" "):
        text = "\u00a0" + text[1:]
    return escape(_BLANK_BEFORE_BLANK.sub("\u00a0", text))
