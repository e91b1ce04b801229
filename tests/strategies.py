"""Hypothesis strategies: structured mail with what must become of it, and damaged mail."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from html_strategies import documents
from hypothesis import strategies as st

Path = tuple[int, ...]

_ASCII = ("Hello Bob,", "here it is.", "a = b", "x", "", "tab\there", ".", "From the start")
_LATIN = (*_ASCII, "Grüße", "déjà vu", "ÆØÅ")
# charset label -> (codec, words that it has)
CHARSETS: dict[str, tuple[str, Sequence[str]]] = {
    "us-ascii": ("ascii", _ASCII),
    "utf-8": ("utf-8", (*_LATIN, "日本語", "שלום", "😀", "Łódź €")),
    "iso-8859-1": ("latin-1", _LATIN),
    "ISO-8859-15": ("iso8859-15", (*_LATIN, "5 €")),
    "windows-1252": ("cp1252", (*_LATIN, "“quoted” – €")),
    "iso-8859-2": ("iso8859-2", (*_ASCII, "Łódź", "źdźbło")),
    "windows-1251": ("cp1251", (*_ASCII, "Привет, мир")),
    "koi8-r": ("koi8-r", (*_ASCII, "Привет, мир")),
    "iso-2022-jp": ("iso2022_jp", (*_ASCII, "能と表の話です", "日本")),
    "shift_jis": ("shift_jis", (*_ASCII, "能と表の話です", "日本")),
    "euc-jp": ("euc_jp", (*_ASCII, "能と表の話です")),
    "gb18030": ("gb18030", (*_ASCII, "谢谢您的信", "😀")),
    "big5": ("big5", (*_ASCII, "許功蓋的信")),
    "euc-kr": ("euc_kr", (*_ASCII, "안녕하세요")),
    "utf-16": ("utf-16", _LATIN),
    "utf-32": ("utf-32", _LATIN),
    "utf-7": ("utf-7", _LATIN),
}
_NOT_ASCII_TRANSPARENT = {"utf-16", "utf-32"}
_SEALED = {"signed", "encrypted", "report"}
# Frames have no place for a block: HTML with them is never signed.
_DOCUMENTS = documents().filter(lambda html: "<frameset" not in html.lower())


@dataclass(frozen=True)
class Leaf:
    """A part without parts; ``body``: the signature belongs into it."""

    media_type: str
    octets: bytes
    encoding: str = ""
    parameters: str = ""
    fields: tuple[str, ...] = ()
    body: bool = False
    text: str = ""


@dataclass(frozen=True)
class Multi:
    """A multipart."""

    subtype: str
    parts: tuple[Any, ...]
    parameters: str = ""
    preamble: bytes = b""
    epilogue: bytes = b""


@dataclass(frozen=True)
class Mail:
    """A message, and what must become of it.

    ``signed`` has the paths of the parts that get a signature, ``texts`` what those parts
    say. In ``raw`` every line ends with ``newline``.
    """

    raw: bytes
    newline: bytes
    signed: tuple[Path, ...]
    texts: dict[Path, str] = field(default_factory=dict)

    @property
    def expect_signed(self) -> bool:
        """Whether a person would sign this message."""
        return bool(self.signed)


# ------------------------------------------------------------ texts


@st.composite
def _text(draw: st.DrawFn, words: Sequence[str]) -> str:
    lines = draw(st.lists(st.sampled_from(words), min_size=1, max_size=6))
    text = "\n".join(lines)
    return text + draw(st.sampled_from(("\n", "\n", "\n\n", "")))


@st.composite
def _flowed(draw: st.DrawFn, words: Sequence[str]) -> str:
    lines = draw(st.lists(st.sampled_from(words), min_size=1, max_size=6))
    soft = draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    return "".join(
        line.lstrip() + (" \n" if gap and line else "\n")
        for line, gap in zip(lines, soft, strict=True)
    ).replace("\nFrom ", "\n From ")


def _simple_html(text: str) -> str:
    rows = "<br>".join(text.rstrip("\n").split("\n"))
    return f"<html>\n<body>\n<p>{rows}</p>\n<div>end</div>\n</body>\n</html>\n"


def _fits(text: str, codec: str) -> str:
    return text.encode(codec, "ignore").decode(codec)


@st.composite
def _leaf(draw: st.DrawFn, kind: str, newline: str, **more: Any) -> Leaf:
    charset = draw(st.sampled_from(sorted(CHARSETS)))
    codec, words = CHARSETS[charset]
    parameters = ""
    if kind == "html":
        text = draw(st.one_of(_text(words).map(_simple_html), _DOCUMENTS))
        text = _fits(text.replace("\r\n", "\n").replace("\0", ""), codec)
    elif draw(st.integers(0, 3)) == 0:
        text, parameters = draw(_flowed(words)), "; format=flowed"
    else:
        text = draw(_text(words))
    text = text.replace("\n", newline)
    octets = text.encode(codec)
    label = draw(st.sampled_from(("{}", '"{}"'))).format(charset)
    return Leaf(
        f"text/{kind}",
        octets,
        draw(st.sampled_from(_encodings(octets, charset))),
        f"; charset={label}{parameters}",
        text=text,
        **more,
    )


def _encodings(octets: bytes, charset: str) -> list[str]:
    if charset in _NOT_ASCII_TRANSPARENT:
        return ["base64"]
    found = ["quoted-printable", "base64"]
    if max(map(len, octets.split(b"\n"))) < 900:
        found += ["8bit", "binary"]
        found += ["", "7bit", "7bit"] if octets.isascii() else []
    return found


# ------------------------------------------------------------ attachments


def _attachments(newline: str, *, first: bool = False) -> st.SearchStrategy[Any]:
    """``first``: only those that nobody can take for the first text of the message."""
    named = ("Content-Disposition: attachment; filename={}",)

    def fields(name: str) -> tuple[str, ...]:
        return tuple(line.format(name) for line in named)

    return st.one_of(
        st.binary(max_size=90).map(
            lambda o: Leaf("application/pdf", o, "base64", fields=fields("a.pdf"))
        ),
        st.binary(max_size=90).map(
            lambda o: Leaf("image/png", o, "base64", "; name=a.png", ("Content-ID: <a@x>",))
        ),
        _leaf("plain", newline, fields=fields("notes.txt")),
        _leaf("html", newline, fields=fields("page.html")),
        st.just(Leaf("text/csv", b"a;b", "", "; name=a.csv")),
        _inner_message(newline),
        *([] if first else [st.just(Leaf("text/plain", b"log", "7bit", "; name=log.txt"))]),
    )


@st.composite
def _inner_message(draw: st.DrawFn, newline: str) -> Leaf:
    inner = draw(_leaf("plain", newline))
    octets = (
        b"Subject: inner" + newline.encode() + _render(inner, newline, _Boundaries("in"))
    )
    return Leaf("message/rfc822", octets)


# ------------------------------------------------------------ bodies


@st.composite
def _bodies(draw: st.DrawFn, newline: str) -> Any:
    plain = _leaf("plain", newline, body=True)
    html = _leaf("html", newline, body=True)
    shape = draw(st.integers(0, 6))
    if shape == 0:
        return draw(plain)
    if shape == 1:
        return draw(html)
    if shape == 2:
        return Multi("related", (draw(html), draw(_pictures())))
    if shape == 3:
        rooted = replace(draw(html), fields=("Content-ID: <root@x>",))
        return Multi("related", (draw(_pictures()), rooted), '; start="<root@x>"')
    second = draw(html)
    if shape == 4:
        second = Multi("related", (second, draw(_pictures())), "; type=text/html")
    parts = [draw(plain), second]
    if shape == 5:
        parts.insert(1, Leaf("text/x-amp-html", b"<html amp4email></html>"))
    return Multi("alternative", tuple(parts))


def _pictures() -> st.SearchStrategy[Leaf]:
    return st.binary(min_size=1, max_size=60).map(
        lambda o: Leaf("image/gif", o, "base64", "", ("Content-ID: <p@x>",))
    )


@st.composite
def _wrapped(draw: st.DrawFn, newline: str) -> Any:
    tree = draw(_bodies(newline))
    for _ in range(draw(st.integers(0, 2))):
        before = draw(st.lists(_attachments(newline, first=True), max_size=1))
        after = draw(st.lists(_attachments(newline), max_size=2))
        tree = Multi(
            "mixed",
            (*before, tree, *after),
            preamble=draw(st.sampled_from((b"", b"", b"This is a multipart message."))),
            epilogue=draw(st.sampled_from((b"", b"", b"the epilogue"))),
        )
    return tree


@st.composite
def _sealed(draw: st.DrawFn, newline: str) -> Any:
    inner = draw(_wrapped(newline))
    kind = draw(st.sampled_from(("signed", "encrypted", "report", "message", "none")))
    if kind == "signed":
        seal = Leaf("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----")
        tree: Any = Multi("signed", (inner, seal), "; micalg=pgp-sha256")
        return (
            Multi("mixed", (tree, Leaf("text/plain", b"footer")))
            if draw(st.booleans())
            else tree
        )
    if kind == "encrypted":
        version = Leaf("application/pgp-encrypted", b"Version: 1")
        return Multi("encrypted", (version, Leaf("application/octet-stream", b"abc")))
    if kind == "report":
        status = Leaf("message/delivery-status", b"Action: failed")
        return Multi("report", (inner, status), "; report-type=delivery-status")
    if kind == "message":
        return draw(_inner_message(newline))
    return Leaf("application/pdf", b"%PDF", "base64")


# ------------------------------------------------------------ octets


class _Boundaries:
    """Boundaries of which one is a prefix of the other, none twice."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.count = 0

    def next(self) -> str:
        """Return a new one."""
        self.count += 1
        return self.stem + ("-" if self.count % 2 else "=") + "x" * self.count


def _render(tree: Any, newline: str, boundaries: _Boundaries, tail: str = "") -> bytes:
    """Return the entity's octets: its Content-* fields, an empty line, its body."""
    end = newline.encode()
    if isinstance(tree, Leaf):
        fields = [f"Content-Type: {tree.media_type}{tree.parameters}", *tree.fields]
        fields += [f"Content-Transfer-Encoding: {tree.encoding}"] if tree.encoding else []
        return newline.join([*fields, "", ""]).encode() + _wire(tree, end)
    boundary = boundaries.next()
    kind = f'multipart/{tree.subtype}{tree.parameters};{newline}\tboundary="{boundary}"'
    mark = f"--{boundary}".encode()
    pieces = [f"Content-Type: {kind}{newline}{newline}".encode()]
    pieces += [tree.preamble + end] if tree.preamble else []
    for part in tree.parts:
        pieces += [mark + end, _render(part, newline, boundaries), end]
    pieces += [mark + b"--" + end + tree.epilogue]
    return b"".join(pieces)


def _wire(leaf: Leaf, end: bytes) -> bytes:
    if leaf.encoding == "base64":
        return base64.encodebytes(leaf.octets).replace(b"\n", end).removesuffix(end)
    if leaf.encoding == "quoted-printable":
        # A "." or "From " at a line's start is nobody's business here.
        octets = leaf.octets.replace(b"\r\n", b"\n")
        return quopri.encodestring(octets).replace(b"\n", end)
    return leaf.octets


def _signed_paths(tree: Any) -> dict[Path, str]:
    found: dict[Path, str] = {}
    todo: list[tuple[Any, Path]] = [(tree, ())]
    while todo:
        node, path = todo.pop()
        if isinstance(node, Leaf):
            if node.body:
                found[path] = node.text
        elif node.subtype not in _SEALED:
            todo.extend((part, (*path, n)) for n, part in enumerate(node.parts))
    return found


_FIELDS = (
    "DKIM-Signature: v=1; a=rsa-sha256; d=example.com;{nl}\tbh=abc=; b=def",
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
    "Subject: a long subject that is folded{nl} into two lines",
    "References: <1@x>{nl} <2@x>",
    "X-Empty:",
    "X-No-Blank:value",
    "X-Long: " + "y" * 300,
    "Received: from a by b;{nl}\tTue, 2 Jan 2024 10:00:00 +0100",
    "ARC-Seal: i=1; a=rsa-sha256; cv=none; b=abc",
    "X-Google-DKIM-Signature: v=1; b=abc",
)


@st.composite
def mails(draw: st.DrawFn, *, sealed: bool | None = None) -> Mail:
    """Draw a well-formed message; ``sealed``: one that nobody may sign (None: either)."""
    newline = draw(st.sampled_from(("\r\n", "\n")))
    if sealed is None:
        sealed = draw(st.integers(0, 4)) == 0
    tree = draw(_sealed(newline) if sealed else _wrapped(newline))
    fields = draw(st.lists(st.sampled_from(_FIELDS), max_size=4))
    head = newline.join(
        ["From: Ann <ann@example.com>", *(f.format(nl=newline) for f in fields)]
    )
    stem = draw(st.sampled_from(("b", "----=_Part_1", "a:b?c", "=_x.y")))
    raw = f"{head}{newline}MIME-Version: 1.0{newline}".encode()
    raw += _render(tree, newline, _Boundaries(stem))
    texts = {} if sealed else _signed_paths(tree)
    return Mail(raw, newline.encode(), tuple(sorted(texts)), texts)


_JUNK = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        (b"\r", b"\n", b"\r\n\r\n", b"--", b"\0", b"\xff", b"<!--", b"=", b": ")
    ),
)


@st.composite
def damaged_mails(draw: st.DrawFn) -> bytes:
    """Draw a message after accidents: lines lost or doubled, junk, cuts, line ends."""
    octets = draw(mails()).raw
    for _ in range(draw(st.integers(1, 4))):
        lines = octets.splitlines(keepends=True) or [b""]
        at = draw(st.integers(0, len(lines) - 1))
        accident = draw(st.integers(0, 5))
        if accident == 0:
            del lines[at]
        elif accident == 1:
            lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
        elif accident == 2:
            cut = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:cut] + draw(_JUNK) + lines[at][cut:]
        elif accident == 3:
            lines[at] = lines[at].rstrip(b"\r\n") + draw(
                st.sampled_from((b"\r", b"\n", b""))
            )
        elif accident == 4:
            del lines[at:]
        else:
            lines = [line for line in lines if line.strip() or draw(st.booleans())]
        octets = b"".join(lines)
    return octets
