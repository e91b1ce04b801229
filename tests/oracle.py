"""An independent checker of a rewrite, for our own tests: no code shared with mailsig.

``problems(raw, out, ...)`` lists everything that is wrong with ``out`` as ``raw`` with a
signature in the given parts. It has a MIME reader of its own, the codecs of Python, and
html5lib as the browser.
"""

from __future__ import annotations

import base64
import html
import quopri
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

import html5lib

Path = tuple[int, ...]

_STALE = {
    *("dkim-signature", "domainkey-signature", "x-google-dkim-signature"),
    *("arc-seal", "arc-message-signature", "arc-authentication-results"),
    *("content-md5", "content-length", "lines"),
}
_MIME = {"mime-version", "content-type", "content-transfer-encoding"}
_ALIAS = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "big5": "big5hkscs",
    "iso-8859-8-i": "iso-8859-8",
    "us-ascii": "ascii",
}


@dataclass
class Part:
    """One entity with its octets, as this reader sees them."""

    path: Path
    head: bytes
    body: bytes
    fields: list[tuple[str, bytes]]
    children: list[Part] = field(default_factory=list)
    frame: list[bytes] = field(default_factory=list)  # preamble, delimiters, epilogue

    def value(self, name: str) -> str:
        """Return the unfolded body of the first field of that name, or ""."""
        for key, line in self.fields:
            if key == name:
                return (
                    re.sub(rb"[\r\n]+", b"", line.split(b":", 1)[1])
                    .decode("latin-1")
                    .strip()
                )
        return ""

    def parameter(self, name: str) -> str:
        """Return a parameter of the Content-Type field, or ""."""
        message = Message()
        message["Content-Type"] = self.value("content-type")
        value: Any = message.get_param(name, "")
        return value[2] if isinstance(value, tuple) else value

    @property
    def media_type(self) -> str:
        """Return the media type, in lower case."""
        message = Message()
        if self.value("content-type"):
            message["Content-Type"] = self.value("content-type")
        return message.get_content_type()

    @property
    def encoding(self) -> str:
        """Return the transfer encoding, without the decorations real mail has."""
        value = re.sub(r"\(.*?\)|;.*|[\"']", "", self.value("content-transfer-encoding"))
        word = value.strip().lower() or "7bit"
        return {"8-bits": "8bit", "8-bit": "8bit", "7-bit": "7bit"}.get(word, word)

    def content(self) -> bytes:
        """Return the body with its transfer encoding taken off."""
        if self.encoding == "base64":
            octets = re.sub(rb"[^A-Za-z0-9+/]", b"", self.body)
            return base64.b64decode(octets + b"=" * (-len(octets) % 4))
        if self.encoding == "quoted-printable":
            return quopri.decodestring(self.body)
        return self.body

    def text(self) -> str:
        """Return the body as a reader's program would show it."""
        label = self.parameter("charset").strip().strip("'\";").lower() or "us-ascii"
        for codec in (_ALIAS.get(label, label), "utf-8", "latin-1"):
            try:
                return self.content().decode(codec)
            except (LookupError, UnicodeError):
                continue
        raise AssertionError("latin-1 decodes everything")

    def leaves(self) -> Iterator[Part]:
        """Yield the parts that have no parts."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def all(self) -> Iterator[Part]:
        """Yield this part and all below."""
        yield self
        for child in self.children:
            yield from child.all()


def read(raw: bytes, path: Path = ()) -> Part:
    """Return the tree of a message; ``message/*`` is a leaf."""
    match = re.search(rb"(?:\A|\r?\n)\r?\n", raw)
    end = match.end() if match else len(raw)
    lines = re.findall(rb"[^\r\n][^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)", raw[:end])
    fields = [
        (line.split(b":", 1)[0].strip().lower().decode("latin-1"), line)
        for line in lines
        if b":" in line
    ]
    part = Part(path, raw[:end], raw[end:], fields)
    boundary = part.parameter("boundary").rstrip()
    if part.media_type.startswith("multipart/") and boundary and len(path) < 150:
        _split(part, re.escape(boundary.encode("latin-1")))
    return part


def _split(part: Part, boundary: bytes) -> None:
    body, position = part.body, 0
    start = None
    for mark in re.finditer(rb"(?m)^--" + boundary + rb"(--)?[ \t]*\r?(?:\n|\Z)", body):
        if start is not None:
            inner = re.sub(rb"\r?\n\Z", b"", body[start : mark.start()])
            part.children.append(read(inner, (*part.path, len(part.children))))
            position = start + len(inner)
        part.frame.append(body[position : mark.end()])
        position = start = mark.end()
        if mark.group(1):
            part.frame.append(body[position:])
            return
    if start is not None:
        part.children.append(read(body[start:], (*part.path, len(part.children))))


def undo(out: bytes, inverse: Iterable[Any]) -> bytes:
    """Return the output with the inverse edits applied, by the simplest means there are."""
    for edit in reversed(sorted(inverse, key=lambda edit: (edit.start, edit.end))):
        out = out[: edit.start] + edit.new + out[edit.end :]
    return out


def one_edit(before: str | bytes, after: str | bytes) -> tuple[int, Any, Any]:
    """Return (offset, removed, inserted) of the smallest single edit between the two."""
    limit = min(len(before), len(after))
    low = 0
    for step in (1 << 16, 1 << 8, 1):
        while low + step <= limit and before[low : low + step] == after[low : low + step]:
            low += step
    tail = 0
    for step in (1 << 16, 1 << 8, 1):
        while (
            tail + step <= limit - low
            and before[len(before) - tail - step : len(before) - tail]
            == after[len(after) - tail - step : len(after) - tail]
        ):
            tail += step
    return low, before[low : len(before) - tail], after[low : len(after) - tail]


@dataclass
class Wanted:
    """What the signature must look like in each kind of body."""

    html_words: Sequence[str]
    text_lines: Sequence[str]


def problems(
    raw: bytes, out: bytes, signed: Iterable[Path], wanted: Wanted, *, replaced: str = ""
) -> list[str]:
    """List what is wrong with ``out``.

    Args:
        raw: What went in.
        out: What came out.
        signed: The paths of the parts that carry a signature now, and no others do.
        wanted: The texts of the signature.
        replaced: The marker that may have gone from the signed parts.
    """
    a, b = read(raw), read(out)
    paths = set(signed)
    found = _header_problems(a, b, () in paths)
    before, after = list(a.all()), list(b.all())
    if [(x.path, x.media_type) for x in before] != [(y.path, y.media_type) for y in after]:
        if [x.path for x in before] != [y.path for y in after]:
            return [*found, "the structure changed"]
        found.append("a media type changed")
    for x, y in zip(before, after, strict=True):
        where = f"part {x.path or 'root'}"
        if x.frame != y.frame:
            found.append(f"{where}: a preamble, delimiter or epilogue changed")
        if x.children:
            if x.path and x.head != y.head:
                found.append(f"{where}: the header section of a multipart changed")
        elif x.path in paths:
            found += [f"{where}: {word}" for word in _part_problems(x, y, wanted, replaced)]
        elif x.body != y.body or (x.path and x.head != y.head):
            found.append(f"{where}: changed, and it isn't a signed part")
    if b"\n" in raw:
        for name, pattern in (("bare LF", rb"(?<!\r)\n"), ("CRLF", rb"\r\n")):
            if re.search(pattern, out) and not re.search(pattern, raw):
                found.append(f"a {name} in a message that has none")
    return found


def _header_problems(a: Part, b: Part, root_signed: bool) -> list[str]:
    loose = _STALE | (_MIME if root_signed else set())
    old = [line for name, line in a.fields if name not in loose]
    new = [line for name, line in b.fields if name not in loose]
    found = []
    kept = [line for line in new if line in old]
    if kept != old:
        found.append(
            f"header fields lost, altered or moved: {[x for x in old if x not in new]}"
        )
    extra = [line for line in new if line not in old]
    if len(extra) > 1 or any(
        not re.match(rb"X-[\w-]+: \S+\r?\n\Z", line) for line in extra
    ):
        found.append(f"header fields added: {extra}")
    if extra and b.fields[0][1] != extra[0] and b.fields[1][1] != extra[0]:
        found.append("the handled field isn't at the top")
    return found


def _part_problems(x: Part, y: Part, wanted: Wanted, replaced: str) -> Iterator[str]:
    if x.body == y.body:
        yield "not changed, though it is said to be signed"
        return
    before, after = x.text(), y.text()
    _, removed, inserted = one_edit(before, after)
    if removed and not replaced:
        yield f"text went: {removed[:80]!r}"
    elif replaced:
        rest = re.sub(r"<[^>]*>|\s|&[#\w]+;", "", removed)
        if len(rest) > len(replaced) + 20:
            yield f"more than the marker went: {removed[:80]!r}"
    if x.media_type == "text/html":
        yield from html_problems(before, after, wanted.html_words, tree=not replaced)
    else:
        yield from _text_problems(inserted, after, wanted.text_lines)
    if (
        "\n" in before
        and not re.search(r"(?<!\r)\n", before)
        and re.search(r"(?<!\r)\n", after)
    ):
        yield "a bare LF in a CRLF text"
    if "\n" in before and "\r\n" not in before and "\r\n" in after:
        yield "a CRLF in an LF text"
    yield from _wire_problems(x, y, bool(replaced))
    if x.path:
        relabelled = {"content-type", "content-transfer-encoding", "content-md5"}
        if [f for f in x.fields if f[0] not in relabelled] != [
            f for f in y.fields if f[0] not in relabelled
        ]:
            yield "a field of the part changed"


def _wire_problems(x: Part, y: Part, replaced: bool) -> Iterator[str]:
    if (x.encoding, x.parameter("charset")) == (y.encoding, y.parameter("charset")):
        _, gone, new = one_edit(x.body, y.body)
        rejoined = re.sub(rb"=\r?\n", b"", new)
        if y.encoding == "quoted-printable" and rejoined.startswith(gone):
            gone = b""  # a full line has no room for a soft break, and is broken before
        # In base64 the line that is touched is written anew, and no other.
        lines = gone.strip(b"\r\n").count(b"\n")
        if lines > 1 if y.encoding == "base64" else len(gone) > (400 if replaced else 0):
            yield f"octets around the signature changed: {gone[:60]!r}"
    high = re.compile(rb"[\x80-\xff]")
    if (
        y.encoding not in ("8bit", "binary")
        and high.search(y.body)
        and not high.search(x.body)
    ):
        yield f"8-bit octets under {y.encoding}"
    longest = max(map(len, re.split(rb"\r?\n", y.body)))
    allowed = max(map(len, re.split(rb"\r?\n", x.body)))
    if longest > max(allowed, 998):
        yield f"a line of {longest} octets"
    if y.encoding == "quoted-printable" and longest > max(allowed, 76):
        yield f"a quoted-printable line of {longest} octets"


def _text_problems(inserted: str, after: str, lines: Sequence[str]) -> Iterator[str]:
    shown = [line.strip() for line in re.split(r"\r\n|\n|\r", after)]
    for line in lines:
        if line.strip() not in shown:
            yield f"no line {line!r} in the text"
            return
    if sum(line.strip() == lines[0].strip() for line in shown) > 1 and (
        inserted.count(lines[0].strip()) > 1
    ):
        yield "the signature was inserted more than once"


# ------------------------------------------------------------ HTML

_TREE = html5lib.getTreeBuilder("etree")
_BAD_ABOVE = {
    *("a", "noscript", "style", "script", "textarea", "select", "option", "title"),
    *("svg", "math", "head", "template", "button"),
}


def html_problems(
    before: str, after: str, words: Sequence[str], *, tree: bool = True
) -> Iterator[str]:
    """Yield what is wrong with the HTML: the tree, less our element, must be as it was."""
    old, new = _tree(before), _tree(after)
    quoted = sum(element.get("data-mailsig") is not None for element in _elements(old))
    ours = [x for x in _walk(new) if x[1].get("data-mailsig") is not None]
    if len(ours) != quoted + 1:
        yield f"{len(ours) - quoted} new elements of the signature in the browser's tree"
        return
    number = 0
    if quoted:  # a signature in the history: ours is the one without which all is as before
        for number in range(len(ours)):
            again = _tree(after)
            parent, element, _ = [
                x for x in _walk(again) if x[1].get("data-mailsig") is not None
            ][number]
            _remove(parent, element)
            if _flat(again) == _flat(old):
                break
    parent, element, above = ours[number]
    bad = _BAD_ABOVE.intersection(above)
    if bad:
        yield f"the signature stands inside of {sorted(bad)}"
    shown = "".join(element.itertext())
    for word in words:
        if word not in shown:
            yield f"the signature is garbled: no {word!r} in {shown!r}"
    _remove(parent, element)
    if tree and _flat(old) != _flat(new):
        yield "the browser's tree differs beyond the signature"


def _tree(source: str) -> Any:
    return html5lib.HTMLParser(tree=_TREE, namespaceHTMLElements=False).parse(source)


def _elements(root: Any) -> Iterator[Any]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _walk(root: Any) -> Iterator[tuple[Any, Any, tuple[str, ...]]]:
    """Yield (parent, element, tags above) of every element, in document order."""
    todo: list[tuple[Any, Any, tuple[str, ...]]] = [(None, root, ())]
    while todo:
        parent, element, above = todo.pop()
        if parent is not None:
            yield parent, element, above
        path = (*above, element.tag)
        todo.extend(
            (element, child, path)
            for child in reversed(list(element))
            if isinstance(child.tag, str)
        )


def _remove(parent: Any, element: Any) -> None:
    index = list(parent).index(element)
    tail = element.tail or ""
    if index:
        parent[index - 1].tail = (parent[index - 1].tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _flat(root: Any) -> list[Any]:
    """Return the tree in one list, blanks collapsed and text between tags joined."""
    out: list[Any] = []
    todo: list[Any] = [root]
    while todo:
        item = todo.pop()
        if isinstance(item, (str, tuple)):
            out.append(item)
            continue
        name = item.tag if isinstance(item.tag, str) else "#"
        out.append((name, tuple(sorted((str(k), v) for k, v in item.attrib.items()))))
        todo.append(item.tail or "")
        todo.append(("/", name))
        todo.extend(reversed(list(item)))
        todo.append(item.text or "")
    return _joined(out)


def _joined(items: list[Any]) -> list[Any]:
    out: list[Any] = []
    for item in items:
        if isinstance(item, str) and out and isinstance(out[-1], str):
            item = out.pop() + item
        out.append(item)
    texts = (re.sub(r"\s+", " ", i).strip() if isinstance(i, str) else i for i in out)
    return [item for item in texts if item != ""]


def shown(source: str) -> str:
    """Return HTML's text, roughly: for messages of failing tests."""
    return html.unescape(re.sub(r"<[^>]*>", "", source))
