"""Sixteen times the input: how many times the work? Sixteen, on hostile input too.

Each shape repeats what could tempt an algorithm to look back, to start over or to
recurse: near-delimiters, openings that never close, lines that begin like a quote. The
whole ``rewrite`` runs over it, in processor time. A quadratic step would show as 256.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks import messages
from benchmarks.signing import FOOTER_TEXT, signature

FACTOR = 16

Shape = Callable[[int], bytes]

_HEAD = (
    b"From: jo@example.com\r\nTo: max@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
)


def _leaf(content_type: bytes, body: bytes, encoding: bytes = b"8bit") -> bytes:
    return b"".join(
        (_HEAD, b"Content-Type: ", content_type, b"\r\nContent-Transfer-Encoding: ",
         encoding, b"\r\n\r\n", body, b"\r\n")
    )  # fmt: skip


def _text(unit: str, n: int) -> bytes:
    return _leaf(b"text/plain; charset=utf-8", b"Hello\r\n" + unit.encode() * n)


def _html(unit: str, n: int) -> bytes:
    body = b"<html><body><p>Hello</p>" + unit.encode() * n
    return _leaf(b"text/html; charset=utf-8", body)


def _quoted_printable(unit: bytes, n: int) -> bytes:
    return _leaf(
        b"text/html; charset=utf-8", b"<p>Hello</p>" + unit * n, b"quoted-printable"
    )


def _fields(unit: bytes, n: int) -> bytes:
    return unit * n + _leaf(b"text/plain", b"Hello")


def _parameters(unit: bytes, n: int) -> bytes:
    return _leaf(b"text/plain" + unit * n, b"Hello")


def _mixed(inner: bytes, n: int) -> bytes:
    first = b"--b1\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    head = _HEAD + b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n"
    return head + first + inner * n + b"\r\n--b1--\r\n"


def _answers(n: int) -> bytes:
    words = "".join(f"<br>x {word} x" for word in FOOTER_TEXT.split())
    attribution = "<br>On Mon, 2 Feb 2026 at 09:12, Max &lt;m@example.org&gt; wrote:"
    row = "<br>&gt; quoted<br>answer"
    return _html(attribution + row + words + row * n, 1)


def _dashes(n: int) -> bytes:
    boundary = b"-" * n
    head = _HEAD + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
    return head + b"--" + boundary + b"\r\n\r\nHello\r\n " + 2 * boundary


def _lost_boundaries(n: int) -> bytes:
    rows = (
        b"\r\n--b1\r\nContent-Type: multipart/mixed; boundary=c%d\r\n\r\nx" % i
        for i in range(n)
    )
    return _mixed(b"".join(rows), 1)


def _levels(n: int) -> bytes:
    return messages.nested(9, n)


def _unclosed_levels(n: int) -> bytes:
    rows = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
        for i in range(n)
    )
    return _HEAD + b"".join(rows) + b"Content-Type: text/plain\r\n\r\nHello\r\n"


_TEXT_UNITS = {
    "lines": "An ordinary line of text, as people write it.\r\n",
    "one long line": "word ",
    "blank lines": "\r\n",
    "blanks": " ",
    "quote marks": ">",
    "quoted lines": "> quoted\r\n",
    "quote, answer, quote": "> quoted\r\nanswer\r\n",
    "attributions": "On Mon, 2 Feb 2026 at 09:12, Max <m@example.org> wrote:\r\n",
    "half attributions": "On Mon, 2 Feb 2026 Max\r\n",
    "header blocks": "From: Max\r\nSent: Monday\r\nTo: Jo\r\nSubject: Offer\r\n",
    "half header blocks": "From: Max\r\n",
    "rules": "________________________________\r\n",
    "one rule": "_-",
    "signature delimiters": "-- \r\n",
    "mobile signatures": "Sent from my iPhone\r\n",
    "half markers": "{EMAILSIGNATURE",
    "markers of one line": "{EMAILSIGNATURE} x ",
    "PGP between answers": "> x\r\n> -----BEGIN PGP MESSAGE-----\r\nanswer\r\n",
    "half markers with zero width": "{EMAIL\u200bSIG\u200b",
    "markers": "{EMAILSIGNATURE}\r\n",
    "PGP lines": "-----BEGIN PGP MESSAGE\r\n",
    "form feeds": "\f\v\x1c\u2028",
}
_HTML_UNITS = {
    "paragraphs": "<p>An ordinary line of text, as people write it.</p>\r\n",
    "less-than": "<",
    "less-than and blank": "< ",
    "end tag openings": "</",
    "comment openings": "<!--",
    "comment ends": "--!>-->",
    "half comments": "<!-",
    "CDATA openings": "<![CDATA[",
    "processing instructions": "<?x",
    "tag openings": "<a ",
    "tags in attributes": "<a href='",
    "attributes": " x=y",
    "attributes of one tag": "<p a b c d e f ",
    "unclosed p": "<p>",
    "unclosed b": "<b>",
    "unclosed div": "<div>",
    "unclosed table": "<table><tr><td>",
    "unclosed a": "<a href=x>",
    "stray end tags": "</div></p></b>",
    "body ends": "</body></html>",
    "raw text": "<script>",
    "raw text ends": "<script></script",
    "style": "<style>a{}</style>",
    "textareas": "<textarea>",
    "templates": "<template><svg>",
    "hidden": "<div style='display:none'>",
    "blockquotes": "<blockquote>",
    "gmail quotes": '<div class="gmail_quote">On x wrote:<blockquote>',
    "rules": "<hr>",
    "Outlook rules": '<div style="border:none;border-top:solid #E1E1E1 1.0pt">',
    "header blocks": "<p><b>From:</b> Max<br><b>Sent:</b> Monday<br><b>To:</b> Jo<br>",
    "ampersands": "&",
    "references": "&amp",
    "numeric references": "&#x7b",
    "half markers": "{EMAIL<b>SIG</b>NATURE",
    "markers": "<p>{EMAILSIGNATURE}</p>",
    "zero width": "\u200b",
    "line breaks": "<br>",
    "blanks": " \r\n",
    "svg and stray ends": "<svg></x>",
    "lists": "<ul><li>",
    "selects": "<select><option>",
}

SHAPES: dict[str, tuple[Shape, int]] = {
    "attachment size": (lambda n: messages.attachments(1, n, 1), 2_000_000),
    "reply size": (partial(messages.outlook_reply, 2), 12_000),
    "newsletter size": (partial(messages.newsletter, 3), 12_000),
    "base64 HTML size": (partial(messages.html_base64, 4), 40_000),
    "ISO-2022-JP size": (partial(messages.iso_2022_jp, 5), 20_000),
    "parts": (lambda n: messages.many_parts(6, n, 0), 500),
    "levels": (_levels, 50),
    "unclosed levels": (_unclosed_levels, 50),
    "header fields": (partial(_fields, b"X-Field: value\r\n"), 2_000),
    "folded lines of one field": (
        lambda n: b"X-Field: a\r\n" + _fields(b" fold\r\n", n),
        2_000,
    ),
    "colons without end": (partial(_fields, b"a:"), 5_000),
    "DKIM fields": (partial(_fields, b"DKIM-Signature: a=b\r\n c\r\n"), 500),
    "received fields": (partial(_fields, b"Received: from a by b; now\r\n"), 1_000),
    "parameters": (partial(_parameters, b";\r\n a=b"), 1_000),
    "quotes in a parameter": (partial(_parameters, b'; a="b\\"'), 1_000),
    "semicolons": (partial(_parameters, b";"), 2_000),
    "names without values": (partial(_parameters, b" charset "), 1_000),
    "comments in a field": (partial(_parameters, b" (("), 2_000),
    "continued parameters": (partial(_parameters, b"; charset*0*=x"), 1_000),
    "long pieces of a parameter": (
        partial(_parameters, b";\r\n name*1*=" + b"x" * 500),
        1_000,
    ),
    "a file name in punycode": (
        lambda n: _parameters(b"; name*=punycode''a-" + b"kva" * n, 1),
        8_000,
    ),
    "near-delimiters": (partial(_mixed, b"--b\r\n"), 10_000),
    "delimiters that go on": (partial(_mixed, b"\r\n--b1x"), 10_000),
    "delimiters with blanks": (partial(_mixed, b"\r\n--b1    "), 2_000),
    "empty parts": (partial(_mixed, b"\r\n--b1"), 1_000),
    "close-delimiters": (partial(_mixed, b"\r\n--b1--"), 2_000),
    "a boundary of dashes": (_dashes, 50_000),
    "boundaries that never occur": (_lost_boundaries, 1_500),
    "answers between quotes, with words of the signature": (_answers, 3_000),
    "soft line breaks": (partial(_quoted_printable, b"=\r\n"), 5_000),
    "equals signs": (partial(_quoted_printable, b"="), 10_000),
    "blanks before line ends": (partial(_quoted_printable, b"   \t"), 5_000),
    "quoted markers": (partial(_quoted_printable, b"<p>{EMAILSIGNATURE} =\r\n"), 500),
    "quoted markers of one line": (partial(_quoted_printable, b"{EMAILSIGNATURE} "), 500),
    "markers between escapes": (
        lambda n: _leaf(
            b"text/plain; charset=iso-2022-jp",
            "{EMAILSIGNATURE} あ\r\n".encode("iso-2022-jp") * n,
            b"7bit",
        ),
        500,
    ),
    "escapes": (partial(_quoted_printable, b"=C3=A4"), 5_000),
    **{
        f"text: {name}": (partial(_text, unit), 2_000) for name, unit in _TEXT_UNITS.items()
    },
    **{
        f"HTML: {name}": (partial(_html, unit), 1_000) for name, unit in _HTML_UNITS.items()
    },
}
"""Makers of a message of size n, and the n to begin with."""


@dataclass(frozen=True)
class Growth:
    """Milliseconds for n and for sixteen times n, and their ratio."""

    shape: str
    n: int
    small: float
    large: float

    @property
    def ratio(self) -> float:
        return self.large / self.small


def cost(raw: bytes, tries: int = 3) -> float:
    """Return milliseconds of processor time of one ``rewrite``, the best of ``tries``."""
    from mailsig import rewrite

    own = signature()
    best = float("inf")
    for _ in range(tries):
        gc.collect()
        gc.freeze()  # what else the process holds isn't walked for our objects
        start = time.process_time_ns()
        rewrite(raw, own).message  # noqa: B018 - a property may build the message
        best = min(best, (time.process_time_ns() - start) / 1e6)
        gc.unfreeze()
    return best


def grown(name: str, tries: int = 3) -> Growth:
    """Return how the work of one shape grows from n to sixteen times n."""
    maker, n = SHAPES[name]
    small, large = maker(n), maker(FACTOR * n)
    cost(small, 1)
    return Growth(name, n, cost(small, tries), cost(large, tries))
