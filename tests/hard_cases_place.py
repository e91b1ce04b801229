"""Hard cases 57 to 66: where in the body, markers, and only once."""

from __future__ import annotations

import re

from cases import ASCII, PLAIN, QP, Case, html, mail, multi, part, pdf, plain
from oracle import read

from mailsig.options import Options

MARKER = b"{EMAILSIGNATURE}"


def body(name: str, source: bytes, above: str = "", below: str = "") -> Case:
    """A message of HTML alone, with the texts between which the signature stands."""
    return Case(
        id=name,
        raw=mail(html(source)),
        between={(): (above, below)} if above or below else {},
    )


def marked(name: str, entity: bytes, *paths: tuple[int, ...], **more: object) -> Case:
    """A message with markers: none is left where the author wrote one."""
    return Case(id=name, raw=mail(entity), signed=paths or ((),), replaced=True, **more)  # type: ignore[arg-type]


GMAIL_QUOTE = (
    b'<div dir="ltr">My answer</div><br><div class="gmail_quote"><div dir="ltr" '
    b'class="gmail_attr">On Tue, Jan 2, 2024 at 10:00 AM Bob &lt;<a href="mailto:b@x">b@x</a>'
    b'&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0">Old text'
    b"</blockquote></div>\r\n"
)
OUTLOOK_BORDER = (
    b"<html><body><div class=WordSection1><p class=MsoNormal>My answer</p><div><div "
    b"style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
    b"<p class=MsoNormal><b>From:</b> Bob &lt;b@x&gt; <br><b>Sent:</b> Tuesday, January 2, "
    b"2024 10:00<br><b>To:</b> Ann<br><b>Subject:</b> RE: The report</p></div></div>"
    b"<p class=MsoNormal>Old text</p></div></body></html>\r\n"
)
OUTLOOK_WEB = (
    b'<html><body dir="ltr"><div style="font-size:12pt">My answer</div>'
    b'<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
    b'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>From:</b> Bob<br><b>Sent:</b> '
    b"Tuesday<br><b>To:</b> Ann<br><b>Subject:</b> Re: x</font></div><div>Old text</div>"
    b"</body></html>\r\n"
)
APPLE = (
    b'<html><body>My answer<div><br><blockquote type="cite"><div>On 2 Jan 2024, at 10:00, '
    b"Bob &lt;b@x&gt; wrote:</div><br><div>Old text</div></blockquote></div></body></html>\r\n"
)
THUNDERBIRD = (
    b'<html><body><p>My answer</p><div class="moz-cite-prefix">On 1/2/24 10:00, Bob wrote:'
    b'<br></div><blockquote type="cite" cite="mid:1@x">Old text</blockquote></body></html>\r\n'
)
YAHOO = (
    b'<html><body><div class="yahoo-style-wrap"><div>My answer</div></div><div id="ydp1yahoo_'
    b'quoted_1" class="yahoo_quoted"><div>On Tuesday, January 2, 2024, Bob wrote:</div>'
    b"<div>Old text</div></div></body></html>\r\n"
)
PROTON = (
    b'<div>My answer</div><div class="protonmail_quote">On Tuesday, January 2nd, 2024, Bob '
    b'wrote:<br><blockquote class="protonmail_quote" type="cite">Old text</blockquote></div>\r\n'
)
ZIMBRA = (
    b'<html><body><div>My answer</div><div><br></div><hr id="zwchr" data-marker="__DIVIDER__">'
    b'<div data-marker="__HEADERS__"><b>From: </b>Bob<br><b>To: </b>Ann<br></div>'
    b'<div data-marker="__QUOTED_TEXT__">Old text</div></body></html>\r\n'
)
TEXT_REPLY = (
    b"My answer.\r\n\r\nOn Tue, Jan 2, 2024 at 10:00 AM Bob <b@x> wrote:\r\n> Old text\r\n"
    b"> more\r\n"
)
TEXT_BOTTOM = (
    b"On Tue, Jan 2, 2024 at 10:00 AM Bob <b@x> wrote:\r\n> Old text\r\n> more\r\n\r\n"
    b"My answer below.\r\n"
)
TEXT_INTERLEAVED = (
    b"On Tue, Jan 2, 2024 at 10:00 AM Bob <b@x> wrote:\r\n> First?\r\nYes.\r\n> Second?\r\n"
    b"No, later.\r\n"
)
TEXT_FORWARD = (
    b"\r\n\r\n---------- Forwarded message ---------\r\nFrom: Bob <b@x>\r\nDate: Tue, Jan 2, 2024"
    b"\r\nSubject: x\r\nTo: <ann@example.com>\r\n\r\nOld text\r\n"
)
SIGNED_HISTORY = ASCII.html.replace("\n", "\r\n").encode()


def _delimited(out: bytes) -> bool:
    return any(re.search(r"(?m)^-- \r?$", part.text()) for part in read(out).leaves())


def no_delimiter(raw: bytes, out: bytes) -> list[str]:
    """RFC 3676 4.3: clients cut everything beneath a `-- ` line off."""
    return (
        ["a delimiter line where more than the signature follows"]
        if _delimited(out)
        else []
    )


def delimiter(raw: bytes, out: bytes) -> list[str]:
    """The signature ends the text, so the line that says so is there."""
    return [] if _delimited(out) else ["no delimiter line at the end"]


REPLIES = [
    ("gmail", GMAIL_QUOTE, '<div class="gmail_quote">'),
    ("outlook-border", OUTLOOK_BORDER, "border-top"),
    ("outlook-web", OUTLOOK_WEB, "divRplyFwdMsg"),
    ("apple", APPLE, "<blockquote"),
    ("thunderbird", THUNDERBIRD, "moz-cite-prefix"),
    ("yahoo", YAHOO, "yahoo_quoted"),
    ("proton", PROTON, "protonmail_quote"),
    ("zimbra", ZIMBRA, "zwchr"),
]

CASES = [
    body("b57-gmail-fragment", b'<div dir="ltr">Hello Bob</div>', "Hello Bob</div>"),
    body("b57-text-without-tags", b"Hello Bob\r\n", "Hello Bob"),
    body(
        "b58-body-end-in-script",
        b"<html><body><p>Hello</p><script>var a='</body>';</script><p>end</p></body></html>\r\n",
        "end</p>",
        "</body></html>",
    ),
    body(
        "b58-body-end-in-comment",
        b"<html><body><p>Hello</p><!-- </body> --><p>end</p></body></html>\r\n",
        "end</p>",
        "</body></html>",
    ),
    body(
        "b58-body-end-in-conditional",
        b"<html><body><p>Hello</p><!--[if mso]></body><![endif]--><p>end</p></body></html>\r\n",
        "end</p>",
        "</body></html>",
    ),
    body(
        "b58-body-end-in-attribute",
        b"<html><body><p title='</body>'>Hello</p><p>end</p></body></html>\r\n",
        "end</p>",
        "</body></html>",
    ),
    body(
        "b58-body-end-in-textarea",
        b"<html><body><textarea></body></textarea><p>end</p></body></html>\r\n",
        "end</p>",
        "</body></html>",
    ),
    body(
        "b58-body-end-in-title",
        b"<html><head><title></body></title></head><body><p>end</p></body></html>\r\n",
        "end</p>",
        "</body></html>",
    ),
    body(
        "b58-body-end-in-cdata",
        b"<html><body><p>Hello</p><![CDATA[ </body> ]]><p>end</p></body></html>\r\n",
        "end</p>",
        "</body></html>",
    ),
    body(
        "b58-body-end-in-style",
        b"<html><head><style>/* </body> */</style></head><body><p>end</p></body></html>\r\n",
        "end</p>",
        "</body></html>",
    ),
    body(
        "b58-upper-case-with-blank",
        b"<HTML><BODY><P>end</P></BODY ></HTML >\r\n",
        "end</P>",
        "</BODY >",
    ),
    body("b58-html-end-alone", b"<html><p>end</p></html>\r\n", "end</p>", "</html>"),
    body(
        "b58-several-body-ends",
        b"<html><body><p>end</p></body></body></html>\r\n",
        "end</p>",
    ),
    body(
        "b59-two-documents",
        b"<html><body><p>first</p></body></html>\r\n<html><body><p>second</p></body></html>\r\n",
        "second</p>",
    ),
    body(
        "b59-document-in-a-blockquote",
        b"<html><body><p>mine</p><blockquote type=cite><html><body><p>old</p></body></html></blockquote></body></html>\r\n",
        "mine",
    ),
    body(
        "b60-text-after-the-body",
        b"<html><body><p>Hello</p></body></html>\r\nscanned by x\r\n",
        "Hello",
    ),
    body(
        "b60-text-before-the-body",
        b"<p>CAUTION: external</p><html><body><p>Hello</p></body></html>\r\n",
        "Hello</p>",
    ),
    body(
        "b60-head-after-text",
        b"banner<html><head><title>t</title></head><body><p>Hello</p></body></html>",
        "Hello</p>",
    ),
    body(
        "b61-unclosed-link",
        # All that follows an open link is in the link: the place is above the text.
        b"<html><body><p>Hello <a href='x'>link</p></body></html>\r\n",
    ),
    body(
        "b61-unclosed-bold", b"<html><body><p>Hello <b>bold</p></body></html>\r\n", "Hello"
    ),
    body("b61-unclosed-font", b"<div>Hello <font color=white>white</div>\r\n", "Hello"),
    body("b61-unclosed-table", b"<table><tr><td>Hello\r\n", "Hello"),
    body("b61-open-row", b"<table><tr><td>Hello</td>\r\n", "Hello"),
    body("b61-unclosed-comment", b"<p>Hello</p><!-- never closed\r\n", "Hello</p>", "<!--"),
    body("b61-unclosed-style", b"<p>Hello</p><style>p {}\r\n", "Hello</p>", "<style>"),
    body("b61-unclosed-tag", b"<p>Hello</p><div class='x\r\n", "Hello</p>", "<div class"),
    body("b61-unclosed-blockquote", b"<p>Hello</p><blockquote><p>cited\r\n", "Hello</p>"),
    body(
        "b61-hidden-at-the-end",
        b"<div>Hello</div><div style='display:none'>preview</div>\r\n",
        "Hello",
    ),
    body(
        "b62-card",
        b'<html><body><table width="100%"><tr><td><table class="card"><tr><td>Hello</td></tr></table></td></tr></table></body></html>\r\n',
        "</table></td></tr></table>",
        "</body>",
    ),
    *(
        Case(
            id=f"b63-{name}",
            raw=mail(html(source), b"In-Reply-To: <0@x>"),
            between={(): ("My answer", below)},
        )
        for name, source, below in REPLIES
    ),
    Case(
        id="b63-several-boundaries",
        raw=mail(
            html(
                GMAIL_QUOTE.replace(
                    b"Old text", GMAIL_QUOTE.replace(b"My answer", b"Earlier").rstrip()
                )
            )
        ),
        between={(): ("My answer", "Earlier")},
    ),
    Case(
        id="b63-reply-alternative",
        raw=mail(multi(b"alternative", b"b1", plain(TEXT_REPLY), html(GMAIL_QUOTE))),
        signed=((0,), (1,)),
        between={(0,): ("My answer.", "On Tue"), (1,): ("My answer", "On Tue")},
        check=no_delimiter,
    ),
    Case(
        id="b63-text-reply",
        raw=mail(plain(TEXT_REPLY)),
        between={(): ("My answer.", "On Tue")},
        check=no_delimiter,
    ),
    Case(
        id="b64-bottom-posted",
        raw=mail(plain(TEXT_BOTTOM)),
        between={(): ("below.", "")},
        check=delimiter,
    ),
    Case(
        id="b64-interleaved",
        raw=mail(plain(TEXT_INTERLEAVED)),
        between={(): ("No, later.", "")},
        check=delimiter,
    ),
    Case(
        id="b64-forward-without-text",
        raw=mail(plain(TEXT_FORWARD)),
        between={(): ("", "Forwarded")},
        check=no_delimiter,
    ),
    Case(
        id="b64-new-message", raw=mail(plain()), between={(): ("Ann", "")}, check=delimiter
    ),
    Case(
        id="b64-placement-end",
        raw=mail(plain(TEXT_REPLY)),
        options=Options(placement="end"),
        between={(): ("> more", "")},
    ),
    Case(
        id="b64-placement-end-html",
        raw=mail(html(GMAIL_QUOTE.replace(b"Old text", b"Old text" + SIGNED_HISTORY))),
        options=Options(placement="end"),
    ),
    Case(
        id="b64-placement-start",
        raw=mail(plain(PLAIN)),
        options=Options(placement="start"),
        between={(): ("", "Hello Bob")},
    ),
    Case(
        id="b64-delimiter-off",
        raw=mail(plain()),
        options=Options(text_delimiter=False),
        check=no_delimiter,
    ),
    marked(
        "b65-text",
        plain(b"Hello\r\n\r\n{EMAILSIGNATURE}\r\n\r\nPS: more\r\n"),
        between={(): ("Hello", "PS:")},
        lacks=(MARKER,),
    ),
    marked(
        "b65-html",
        html(b"<html><body><p>Hello</p><p>{EMAILSIGNATURE}</p><p>PS</p></body></html>\r\n"),
        between={(): ("Hello", "PS")},
        lacks=(MARKER,),
    ),
    marked(
        "b65-other-case",
        plain(b"Hello\r\n{EmailSignature}\r\nend\r\n"),
        between={(): ("Hello", "end")},
        lacks=(b"{EmailSignature}",),
    ),
    marked(
        "b65-within-a-line",
        html(b"<div>Hello {EMAILSIGNATURE} end</div>\r\n"),
        between={(): ("Hello", "end")},
        lacks=(MARKER,),
    ),
    marked(
        "b65-split-by-tags",
        html(b"<p>Hello</p><p><b>{EMAILSIG</b><b>NATURE}</b></p><p>end</p>\r\n"),
        between={(): ("Hello", "end")},
        lacks=(b"EMAILSIG", b"NATURE}"),
    ),
    marked(
        "b65-split-by-spans",
        html(
            b"<div><span>{</span><span lang=EN-US>EMAILSIGNATURE</span><span>}</span></div><p>end</p>\r\n"
        ),
        between={(): ("", "end")},
        lacks=(b"EMAILSIGNATURE",),
    ),
    marked(
        "b65-entities",
        html(b"<p>Hello</p><p>&#123;EMAIL&#83;IGNATURE&#x7d;</p>\r\n"),
        lacks=(b"IGNATURE",),
    ),
    marked(
        "b65-zero-width",
        html(
            "<p>{EMAIL\u200bSIGNA\u00adTURE}</p><p>end</p>\r\n".encode(),
            b"utf-8",
            b"Content-Transfer-Encoding: 8bit",
        ),
        lacks=(b"{EMAIL",),
    ),
    marked(
        "b65-one-alternative-only",
        multi(
            b"alternative", b"b1", plain(b"Hello\r\n{EMAILSIGNATURE}\r\nend\r\n"), html()
        ),
        (0,),
        (1,),
        between={(0,): ("Hello", "end"), (1,): ("here it is.", "</body>")},
        lacks=(MARKER,),
    ),
    marked(
        "b65-twice",
        plain(b"{EMAILSIGNATURE}\r\nHello\r\n{EMAILSIGNATURE}\r\nend\r\n"),
        between={(): ("", "Hello")},
        lacks=(MARKER,),
        judged=False,
    ),
    marked(
        "b65-in-the-history-too",
        plain(
            b"Hello\r\n{EMAILSIGNATURE}\r\n\r\nOn Tue, Jan 2, 2024 at 10:00 AM Bob <b@x> wrote:\r\n> {EMAILSIGNATURE}\r\n"
        ),
        between={(): ("Hello", "On Tue")},
        holds=(b"> {EMAILSIGNATURE}",),
    ),
    Case(
        id="b65-in-the-history-only",
        raw=mail(plain(TEXT_REPLY.replace(b"Old text", MARKER))),
        between={(): ("My answer.", "On Tue")},
        holds=(b"> {EMAILSIGNATURE}",),
    ),
    Case(
        id="b65-in-a-link",
        raw=mail(html(b"<p>Hello <a href='https://x/{EMAILSIGNATURE}'>x</a></p>\r\n")),
        holds=(b"https://x/{EMAILSIGNATURE}",),
    ),
    Case(
        id="b65-in-the-subject",
        raw=mail(plain(), b"X-Note: {EMAILSIGNATURE}"),
        holds=(b"X-Note: {EMAILSIGNATURE}",),
    ),
    Case(
        id="b65-in-an-attachment",
        raw=mail(
            multi(
                b"mixed",
                b"b1",
                plain(),
                plain(
                    MARKER + b"\r\n",
                    b"utf-8",
                    b"Content-Disposition: attachment; filename=t.txt",
                ),
                pdf(),
            )
        ),
        signed=((0,),),
        holds=(MARKER,),
    ),
    marked(
        "b65-own-marker",
        plain(b"Hello\r\n[[sig]]\r\nend\r\n"),
        options=Options(marker="[[sig]]"),
        between={(): ("Hello", "end")},
        lacks=(b"[[sig]]",),
    ),
    marked(
        "b65-quoted-printable-html",
        html(b"<p>Hello =3D</p><p>{EMAIL=\r\nSIGNATURE}</p>\r\n", b"utf-8", QP),
        lacks=(b"SIGNATURE}",),
    ),
    Case(
        id="b66-handled",
        raw=mail(plain(), b"X-Mailsig-Handled: yes"),
        signed=(),
        reasons=("already-handled",),
    ),
    Case(
        id="b66-handled-as-a-word",
        raw=mail(plain(), b"X-Mailsig-Handled: by=x; YES"),
        signed=(),
        reasons=("already-handled",),
    ),
    Case(
        id="b66-handled-field-with-another-value",
        raw=mail(plain(), b"X-Mailsig-Handled: yesterday"),
    ),
    marked(
        "b65-marker-that-kept-a-delimiter-apart",
        multi(
            b"mixed",
            b"b1",
            plain(b"{EMAILSIGNATURE}\r\n--{EMAILSIGNATURE}b1\r\nText\r\n"),
            pdf(),
        ),
        (0,),
        judged=False,
        check=lambda raw, out: (
            []
            if out.count(b"\n--b1\r") == 2 or out.count(b"\n--b1\n") == 2
            else ["a delimiter was made"]
        ),
    ),
    marked(
        "b65-marker-that-kept-a-delimiter-apart-quoted",
        multi(
            b"mixed",
            b"b1",
            plain(b"{EMAILSIGNATURE}\r\n--{EMAILSIGNATURE}b1\r\nText\r\n", b"utf-8", QP),
            pdf(),
        ),
        (0,),
        judged=False,
        check=lambda raw, out: (
            []
            if out.count(b"\n--b1\r") == 2 or out.count(b"\n--b1\n") == 2
            else ["a delimiter was made"]
        ),
    ),
    Case(
        id="b66-typed-by-the-author",
        raw=mail(
            plain(b"Hello\r\n\r\n" + ASCII.text.replace("\n", "\r\n").encode() + b"\r\n")
        ),
        signature=ASCII,
        signed=(),
        reasons=("already-signed",),
    ),
    Case(
        id="b66-sentinel-in-the-authored-text",
        raw=mail(html(b"<p>Hello</p>" + SIGNED_HISTORY + b"\r\n")),
        signature=ASCII,
        signed=(),
        reasons=("already-signed",),
    ),
    Case(
        id="b66-sentinel-stripped",
        raw=mail(
            html(
                b"<div>Hello</div><div><div><p>Jo Doe<br><b>Example Ltd</b> &middot; <a href='https://example.com/?a=b&amp;c=d'>web</a></p></div></div>\r\n"
            )
        ),
        signature=ASCII,
        signed=(),
        reasons=("already-signed",),
    ),
    Case(
        id="b66-sentinel-in-the-history",
        raw=mail(html(GMAIL_QUOTE.replace(b"Old text", b"Old text" + SIGNED_HISTORY))),
        between={(): ("My answer", "On Tue")},
    ),
    Case(
        id="b66-fingerprint-in-the-history",
        raw=mail(
            plain(TEXT_REPLY.replace(b"more", ASCII.text.replace("\n", "\r\n> ").encode()))
        ),
        between={(): ("My answer.", "On Tue")},
        judged=False,
    ),
    Case(
        id="b66-template-like-text",
        raw=mail(part(b"text/plain; charset=utf-8", b"{{name}} \\1 </div> <script>\r\n")),
    ),
]
