"""Hard cases 40 to 56: charsets, transfer encodings, line ends."""

from __future__ import annotations

import codecs
import quopri
import re

from cases import (
    B64,
    E8,
    HEAD,
    HTML,
    MIME,
    PLAIN,
    QP,
    Case,
    b64,
    html,
    mail,
    multi,
    part,
    plain,
)

from mailsig.options import Options
from mailsig.signature import Signature

GERMAN = "Grüße an alle,\r\nschöne Tage.\r\n"
GERMAN_HTML = "<html><body>\r\n<p>Grüße an alle</p>\r\n</body></html>\r\n"
JAPANESE = "こんにちは。\r\n能と表の話です。\r\n"  # 表 and 能: trail octets 0x5C
JAPANESE_HTML = "<html><body>\r\n<p>能と表の話</p>\r\n</body></html>\r\n"
CHINESE = "許功蓋的信。\r\n謝謝您。\r\n"  # three characters with trail octets 0x5C
SIMPLE = "你好。\r\n谢谢您的信。\r\n"
LABEL_UTF8 = re.compile(rb"(?i)content-type: text/plain[^\n]*charset=\"?utf-8")


def relabelled(raw: bytes, out: bytes) -> list[str]:
    """The plain text left as UTF-8 if, and only if, the signature asked for it."""
    if out.isascii() and b"J=C3=B6rg" not in out and b"SsO2cmc" not in out:
        return []
    return [] if LABEL_UTF8.search(out) else ["the part isn't labelled UTF-8"]


def label_kept(raw: bytes, out: bytes) -> list[str]:
    """No charset parameter changed."""
    label = re.compile(rb"(?i)charset=[^\s;]+")
    return [] if label.findall(raw) == label.findall(out) else ["a charset label changed"]


def encoded(
    text: str, codec: str, label: bytes, kind: bytes = b"plain", *, bom: bytes = b""
) -> bytes:
    """Return a text part in base64 of that charset."""
    return mail(
        part(b"text/" + kind + b"; charset=" + label, b64(bom + text.encode(codec)), B64)
    )


def raw_text(text: str, codec: str, label: bytes, kind: bytes = b"plain") -> bytes:
    """Return a text part whose octets go as they are, 7bit or 8bit."""
    octets = text.encode(codec)
    fields = () if octets.isascii() else (E8,)
    return mail(part(b"text/" + kind + b"; charset=" + label, octets, *fields))


def with_encoding(value: bytes, body: bytes = PLAIN, *more: bytes) -> bytes:
    field = b"Content-Transfer-Encoding: " + value
    return mail(plain(body, b"us-ascii", field, *more))


FLOWED = b"This is a paragraph that goes \r\non here and ends soft \r\n"
STUFFED = Signature(
    html="<div>Jo Doe</div>", text="> not a quote\n indented line\nFrom here on\nJo Doe"
)
LONG_LINK = Signature(
    html='<div>Jo Doe <a href="https://example.com/?' + "x" * 1500 + '">web</a></div>',
    text="Jo Doe\nhttps://example.com/?" + "x" * 1500,
)
EQUALS = Signature(
    html='<div>Jo Doe <a href="https://example.com/?a=41&amp;b=3D">web</a></div>',
    text="Jo Doe\nhttps://example.com/?a=41&b=3D",
)
UU = b"Hello,\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n"
# One line of HTML, 990 octets long, with the place for the signature inside it.
LONG_LINE = b"<html><body><p>" + b"x" * 940 + b"</p></body></html>"
UNICODE_CASES = [
    Case(
        id=f"b43-{codec}-{kind.decode()}-{'bom' if bom else 'no-bom'}",
        raw=encoded(text, codec, label, kind, bom=bom),
        check=label_kept,
    )
    for kind, text in ((b"plain", JAPANESE), (b"html", JAPANESE_HTML))
    for label, codec, bom in (
        (b"utf-16", "utf-16-le", codecs.BOM_UTF16_LE),
        (b"utf-16", "utf-16-be", codecs.BOM_UTF16_BE),
        (b"utf-16le", "utf-16-le", b""),
        (b"utf-16be", "utf-16-be", b""),
        (b"utf-32", "utf-32-le", codecs.BOM_UTF32_LE),
    )
]
OPAQUE_CASES = [
    Case(id=f"b44-{label.decode()}-{kind.decode()}", raw=raw_text(text, codec, label, kind))
    for label, codec, texts in (
        (b"utf-7", "utf-7", (GERMAN, GERMAN_HTML)),
        (b"hz-gb-2312", "hz", (SIMPLE, f"<html><body><p>{SIMPLE}</p></body></html>\r\n")),
        (b"gb18030", "gb18030", (SIMPLE, f"<html><body><p>{SIMPLE}</p></body></html>\r\n")),
        (b"gb2312", "gb2312", (SIMPLE, f"<html><body><p>{SIMPLE}</p></body></html>\r\n")),
        (b"big5", "big5", (CHINESE, f"<html><body><p>{CHINESE}</p></body></html>\r\n")),
        (b"shift_jis", "shift_jis", (JAPANESE, JAPANESE_HTML)),
        (b"euc-jp", "euc_jp", (JAPANESE, JAPANESE_HTML)),
        (
            b"euc-kr",
            "euc_kr",
            ("안녕하세요.\r\n", "<html><body><p>안녕</p></body></html>\r\n"),
        ),
        (
            b"koi8-r",
            "koi8_r",
            ("Привет.\r\n", "<html><body><p>Привет</p></body></html>\r\n"),
        ),
        (b"windows-1251", "cp1251", ("Привет.\r\n", "<p>Привет</p>\r\n")),
        (b"iso-8859-8-i", "iso8859_8", ("שלום\r\n", "<p>שלום</p>\r\n")),
        (b"iso-8859-15", "iso8859_15", ("Preis: 5 €\r\n", "<p>Preis: 5 €</p>\r\n")),
    )
    for kind, text in zip((b"plain", b"html"), texts, strict=True)
]
LABEL_CASES = [
    Case(
        id=f"b45-label-{name}",
        raw=mail(part(b"text/plain; charset=" + label, PLAIN)),
    )
    for name, label in (
        ("utf8", b"utf8"),
        ("quoted", b'" UTF-8 "'),
        ("semicolon", b"utf-8;"),
        ("single-quotes", b"'utf-8'"),
        ("latin1", b"latin1"),
        ("uft-8", b"uft-8"),
        ("empty", b'""'),
        ("cp1252", b"cp1252"),
    )
]
UNKNOWN_CASES = [
    Case(
        id=f"b45-unknown-{name}-{kind}",
        raw=mail(part(b"text/" + kind.encode() + b"; charset=" + label, body, E8)),
        signed=None,
        reasons=("unknown-charset",),
        folded=True,
    )
    for name, label, tail in (
        ("ascii-octets", b"x-unknown", b""),
        ("utf-8-octets", b"x-unknown", "ü".encode()),
        ("latin-1-octets", b"x-unknown", b"\xfc"),
        ("number", b"1", b""),
    )
    for kind, body in (
        ("plain", PLAIN + tail + b"\r\n"),
        ("html", b"<p>Hello " + tail + b"</p>\r\n"),
    )
]
ENCODING_CASES = [
    Case(id=f"b52-encoding-{name}", raw=with_encoding(value, body))
    for name, value, body in (
        ("8-bits", b"8-bits", PLAIN),
        ("7-bit", b"7-bit", PLAIN),
        ("8bit-semicolon", b"8bit;", PLAIN),
        ("7bit-comment", b"7bit (plain)", PLAIN),
        ("upper-case", b"7BIT", PLAIN),
        ("base64-comment", b"base64 (x)", b64(PLAIN)),
        ("base64-blanks", b"  base64  ", b64(PLAIN)),
        ("qp-quoted", b'"quoted-printable"', PLAIN),
    )
] + [
    Case(
        id=f"b52-unknown-{name}",
        raw=with_encoding(value),
        signed=(),
        reasons=("unknown-transfer-encoding",),
    )
    for name, value in (
        ("utf-8", b"utf-8"),
        ("amazonses", b"amazonses.com"),
        ("x-uuencode", b"x-uuencode"),
    )
]

CASES = [
    Case(
        id="b40-latin-1-8bit-plain",
        raw=raw_text(GERMAN, "latin-1", b"iso-8859-1"),
    ),
    Case(
        id="b40-latin-1-8bit-html",
        raw=raw_text(GERMAN_HTML, "latin-1", b"iso-8859-1", b"html"),
        check=label_kept,
    ),
    Case(
        id="b40-latin-1-qp-alternative",
        raw=mail(
            multi(
                b"alternative",
                b"b1",
                plain(quopri.encodestring(GERMAN.encode("latin-1")), b"ISO-8859-1", QP),
                html(quopri.encodestring(GERMAN_HTML.encode("latin-1")), b"ISO-8859-1", QP),
            )
        ),
        signed=((0,), (1,)),
    ),
    Case(id="b41-no-charset", raw=mail(part(b"text/plain", PLAIN)), check=relabelled),
    Case(
        id="b41-no-charset-7bit",
        raw=mail(part(b"text/plain", PLAIN, b"Content-Transfer-Encoding: 7bit")),
        check=relabelled,
    ),
    Case(id="b41-no-content-type", raw=HEAD + b"\r\n" + PLAIN, check=relabelled),
    Case(id="b42-iso-2022-jp-plain", raw=raw_text(JAPANESE, "iso2022_jp", b"iso-2022-jp")),
    Case(
        id="b42-iso-2022-jp-without-line-end",
        raw=raw_text(JAPANESE.rstrip(), "iso2022_jp", b"iso-2022-jp"),
    ),
    Case(
        id="b42-iso-2022-jp-html",
        raw=raw_text(JAPANESE_HTML, "iso2022_jp", b"ISO-2022-JP", b"html"),
        check=label_kept,
    ),
    *UNICODE_CASES,
    *OPAQUE_CASES,
    Case(
        id="b44-ibm037-base64",
        raw=encoded("Hello\r\nBob\r\n", "cp037", b"ibm037"),
        signed=None,
        reasons=("unknown-charset", "undecodable-body"),
    ),
    *LABEL_CASES,
    *UNKNOWN_CASES,
    Case(
        id="b45-rfc-2231-label",
        raw=mail(part(b"text/plain; charset*=us-ascii'en'utf-8", GERMAN.encode(), E8)),
    ),
    Case(
        id="b46-ascii-is-utf-8-plain",
        raw=mail(part(b"text/plain; charset=us-ascii", GERMAN.encode(), E8)),
    ),
    Case(
        id="b46-ascii-is-utf-8-html",
        raw=mail(part(b"text/html; charset=us-ascii", GERMAN_HTML.encode(), E8)),
        check=label_kept,
    ),
    Case(
        id="b46-ascii-is-cp1252-plain",
        raw=mail(part(b"text/plain; charset=us-ascii", GERMAN.encode("cp1252"), E8)),
        folded=True,
        check=label_kept,
    ),
    Case(
        id="b46-ascii-is-cp1252-html",
        raw=mail(part(b"text/html; charset=us-ascii", GERMAN_HTML.encode("cp1252"), E8)),
        check=label_kept,
    ),
    Case(
        id="b46-utf-8-with-one-bad-octet",
        raw=mail(plain(GERMAN.encode() + b"\xff\r\n", b"utf-8", E8)),
        folded=True,
        check=label_kept,
    ),
    Case(
        id="b46-8-bit-under-7bit",
        raw=mail(plain(GERMAN.encode(), b"utf-8", b"Content-Transfer-Encoding: 7bit")),
        folded=True,
    ),
    Case(
        id="b47-meta-disagrees",
        raw=raw_text(
            GERMAN_HTML.replace("<body>", '<head><meta charset="utf-8"></head><body>'),
            "latin-1",
            b"iso-8859-1",
            b"html",
        ),
        check=label_kept,
        holds=(b'<meta charset="utf-8">',),
    ),
    Case(
        id="b47-meta-alone",
        raw=mail(
            part(
                b"text/html",
                GERMAN_HTML.replace(
                    "<body>", "<head><meta charset=utf-8></head><body>"
                ).encode(),
                E8,
            )
        ),
        check=label_kept,
    ),
    Case(
        id="b48-body-tag-split-by-a-soft-break",
        raw=mail(
            html(
                b"<html><body>=20\r\n<p>Hello</p>\r\n</bo=\r\ndy></html>\r\n", b"utf-8", QP
            )
        ),
        holds=(b"</bo=",),
        between={(): ("Hello</p>", "</body>")},
    ),
    Case(
        id="b48-marker-split-by-a-soft-break",
        raw=mail(plain(b"Hello\r\n{EMAILSIG=\r\nNATURE}\r\nend\r\n", b"utf-8", QP)),
        replaced=True,
        lacks=(b"NATURE}",),
        between={(): ("Hello", "end")},
    ),
    Case(
        id="b49-equals-sign-in-quoted-printable",
        raw=mail(plain(b"a =3D b\r\nlong =\r\nline\r\n", b"utf-8", QP)),
        signature=EQUALS,
    ),
    Case(
        id="b49-equals-sign-in-quoted-printable-html",
        raw=mail(html(b'<p class=3D"a">Hello</p>\r\n', b"utf-8", QP)),
        signature=EQUALS,
    ),
    Case(id="b50-base64", raw=mail(plain(b64(PLAIN * 20), b"utf-8", B64))),
    Case(id="b50-base64-of-two", raw=mail(plain(b64(b"Hi"), b"utf-8", B64))),
    Case(
        id="b50-base64-one-line",
        raw=mail(plain(b64(PLAIN * 20).replace(b"\r\n", b"") + b"\r\n", b"utf-8", B64)),
    ),
    Case(
        id="b50-base64-without-padding",
        raw=mail(
            plain(
                b64(b"Hello Bob").rstrip() + b64(b"ab").rstrip(b"=\r\n") + b"\r\n",
                b"utf-8",
                B64,
            )
        ),
        signed=None,
        reasons=("undecodable-body",),
    ),
    Case(
        id="b50-base64-with-junk",
        raw=mail(plain(b"SGVs!bG8g\r\n****\r\nQm9i\r\n", b"utf-8", B64)),
        signed=None,
        reasons=("undecodable-body",),
    ),
    Case(
        id="b50-base64-segments",
        raw=mail(plain(b64(b"Hello") + b64(b"Bob"), b"utf-8", B64)),
        signed=None,
        reasons=("undecodable-body",),
        judged=False,
    ),
    Case(
        id="b50-base64-then-a-list-footer",
        raw=mail(plain(b64(PLAIN) + b"_______\r\nlist footer\r\n", b"utf-8", B64)),
        signed=None,
        reasons=("undecodable-body",),
        judged=False,
    ),
    Case(id="b50-base64-html", raw=mail(html(b64(HTML), b"utf-8", B64))),
    Case(
        id="b51-long-line-7bit-html",
        raw=mail(part(b"text/html; charset=us-ascii", LONG_LINE + b"\r\n")),
    ),
    Case(id="b51-long-line-8bit-html", raw=mail(html(LONG_LINE + b"\r\n", b"utf-8", E8))),
    Case(id="b51-long-line-7bit-plain", raw=mail(plain(b"x" * 990, b"us-ascii"))),
    *ENCODING_CASES,
    Case(
        id="b52-encoding-twice",
        raw=with_encoding(b"7bit", PLAIN, b"Content-Transfer-Encoding: 7bit"),
        signed=None,
        reasons=("unknown-transfer-encoding", "malformed-structure"),
    ),
    Case(
        id="b52-two-encodings",
        raw=with_encoding(b"7bit", b64(PLAIN), b"Content-Transfer-Encoding: base64"),
        signed=(),
        reasons=("unknown-transfer-encoding",),
    ),
    Case(id="b52-field-with-a-blank-value", raw=with_encoding(b"")),
    Case(id="b53-binary", raw=with_encoding(b"binary")),
    Case(
        id="b53-uuencoded-block",
        raw=mail(plain(UU)),
        holds=(b"begin 644 a.txt\r\n#0V%T\r\n`\r\nend",),
        lf=False,
    ),
    Case(
        id="b43-utf16-html-mark-stays-first",
        raw=encoded("<p>Grüße</p>\r\n", "utf-16", b"utf-16", b"html"),
        options=Options(placement="start"),
    ),
    Case(
        id="b43-utf16-mark-opens-no-body",
        raw=encoded(
            "<html><head><style>p{}</style></head><body><p>Grüße</p></body></html>",
            "utf-16",
            b"utf-16",
            b"html",
        ),
        options=Options(placement="start"),
    ),
    Case(
        id="b43-utf8-html-mark-stays-first",
        raw=encoded("\ufeff<p>Grüße</p>\r\n", "utf-8", b"utf-8", b"html"),
        options=Options(placement="start"),
        holds=(b"77u/",),
    ),
    Case(id="b54-long-line-in-the-signature", raw=mail(plain()), signature=LONG_LINK),
    Case(
        id="b54-long-line-in-the-signature-html",
        raw=mail(part(b"text/html; charset=us-ascii", HTML)),
        signature=LONG_LINK,
    ),
    Case(
        id="b55-flowed-ends-soft",
        raw=mail(part(b"text/plain; charset=utf-8; format=flowed", FLOWED)),
        holds=(b"format=flowed",),
    ),
    Case(
        id="b55-flowed-delsp",
        raw=mail(part(b"text/plain; charset=utf-8; format=flowed; delsp=yes", FLOWED)),
        holds=(b"format=flowed; delsp=yes",),
    ),
    Case(
        id="b55-flowed-stuffing",
        raw=mail(part(b"text/plain; charset=utf-8; format=flowed", FLOWED)),
        signature=STUFFED,
        holds=(b"\n > not a quote", b"\n  indented line", b"\n From here on"),
    ),
    Case(
        id="b56-mixed-line-ends",
        raw=mail(plain(b"one\r\ntwo\nthree\r\nfour\r\n")),
        lf=False,
    ),
    Case(id="b56-lone-cr", raw=mail(plain(b"one\rtwo\r\nthree\r\n"))),
    Case(id="b56-only-lone-cr", raw=mail(plain(b"one\rtwo\rthree\r")), lf=False),
    Case(id="b56-nul", raw=mail(plain(b"one\0two\r\n"))),
    Case(id="b56-no-final-line-end", raw=mail(plain(b"Hello"))),
    Case(id="b56-no-final-line-end-html", raw=mail(html(b"<p>Hello</p>"))),
    Case(
        id="b56-no-final-line-end-alternative",
        raw=mail(multi(b"alternative", b"b1", plain(b"Hello"), html(b"<p>Hello</p>"))),
        signed=((0,), (1,)),
    ),
    Case(id="b56-from-line-in-the-body", raw=mail(plain(b"From me to you\r\n"))),
    Case(id="b56-line-ends-only", raw=mail(plain(b"\r\n\r\n\r\n"))),
    Case(
        id="b56-lf-body-under-crlf-header",
        raw=HEAD + MIME + plain(b"one\ntwo\nthree\n"),
        lf=False,
    ),
]
