"""Hard cases 1 to 26: structure, and which parts are the body."""

from __future__ import annotations

from cases import (
    B64,
    E8,
    HEAD,
    HTML,
    MIME,
    PDF,
    PLAIN,
    PNG,
    Case,
    html,
    mail,
    multi,
    part,
    pdf,
    plain,
    png,
)

from mailsig.options import Options
from mailsig.result import SkipReason
from mailsig.signature import Signature

INLINE = b"Content-Disposition: inline"
BLANK_HTML = b'<html><head></head><body><br class=""></body></html>\r\n'
ANSWER = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
LONG_BOUNDARY = b"----=_Part:1?a=b'(c)+_,-./ " + b"0123456789" * 4 + b"xyz"


def forwarded(number: int) -> bytes:
    inner = multi(b"mixed", b"in%d" % number, plain(b"statement %d\r\n" % number), pdf())
    return part(b"message/rfc822", b"Subject: statement\r\n" + MIME + inner)


def levels(count: int, body: bytes = PLAIN) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%dx\r\n\r\n--b%dx\r\n" % (n, n)
        for n in range(count)
    )
    closing = b"".join(b"\r\n--b%dx--" % n for n in reversed(range(count)))
    return HEAD + MIME + opening + plain(body) + closing + b"\r\n"


def around_a_pdf(*more: bytes) -> bytes:
    """As Apple Mail writes: HTML, a picture of a PDF in it, and what comes behind."""
    return multi(b"mixed", b"b2", html(), pdf(b"inline"), *more)


CASES = [
    Case(id="b01-no-mime-fields", raw=HEAD + b"\r\n" + PLAIN),
    Case(id="b01-empty-body", raw=HEAD + b"\r\n"),
    Case(id="b01-one-field", raw=b"Subject: x\r\n\r\nHello\r\n"),
    Case(id="b01-mime-version-only", raw=HEAD + MIME + b"\r\n" + PLAIN),
    Case(
        id="b02-alternative",
        raw=mail(multi(b"alternative", b"b1", plain(), html(), preamble=b"a preamble\r\n")),
        signed=((0,), (1,)),
    ),
    Case(
        id="b02-alternative-of-named-branches",
        raw=mail(
            multi(
                b"alternative",
                b"b1",
                part(b"text/plain; name=message.txt", PLAIN),
                part(b"text/html; name=message.html", HTML, INLINE),
            )
        ),
        signed=((0,), (1,)),
    ),
    Case(
        id="b03-related-that-names-the-text-inside",
        raw=mail(
            multi(
                b'related; type="text/html"',
                b"b1",
                multi(b"alternative", b"b2", plain(), html()),
                part(b"text/html; name=r.html", HTML, b"Content-Disposition: attachment"),
            )
        ),
        signed=((0, 0), (0, 1)),
    ),
    Case(
        id="b03-alternative-with-related",
        raw=mail(
            multi(b"alternative", b"b1", plain(), multi(b"related", b"b2", html(), png()))
        ),
        signed=((0,), (1, 0)),
    ),
    Case(
        id="b04-outlook",
        raw=mail(
            multi(
                b"mixed",
                b"_005_",
                multi(
                    b"related",
                    b"_004_",
                    multi(b"alternative", b"_000_", plain(), html()),
                    part(b"image/jpeg", PNG, B64, b"Content-ID: <image001.jpg@01>"),
                ),
                pdf(),
            )
        ),
        signed=((0, 0, 0), (0, 0, 1)),
    ),
    Case(
        id="b05-eighteen-forwarded-messages",
        raw=mail(multi(b"mixed", b"out", plain(), *(forwarded(n) for n in range(18)))),
        signed=((0,),),
    ),
    Case(
        id="b06-text-attachment-beside-html",
        raw=mail(
            multi(
                b"mixed",
                b"b1",
                html(),
                plain(
                    b"log\r\n",
                    b"utf-8",
                    b"Content-Disposition: attachment; filename=log.txt",
                ),
            )
        ),
        signed=((0,),),
    ),
    Case(
        id="b07-names-without-disposition",
        raw=mail(
            multi(
                b"mixed",
                b"b1",
                plain(),
                part(b"text/csv; name=a.csv", b"1;2\r\n"),
                part(b"text/plain; name=notes.txt", b"notes\r\n"),
            )
        ),
        signed=((0,),),
    ),
    Case(
        id="b07-file-name-in-disposition-only",
        raw=mail(
            multi(
                b"mixed",
                b"b1",
                plain(),
                plain(b"notes\r\n", b"utf-8", INLINE + b"; filename=notes.txt"),
            )
        ),
        signed=((0,),),
    ),
    Case(
        id="b08-attachment-first",
        raw=mail(multi(b"mixed", b"b1", pdf(), plain())),
        signed=((1,),),
    ),
    Case(
        id="b08-two-attachments-first",
        raw=mail(
            multi(
                b"mixed",
                b"b1",
                png(b"Content-Disposition: attachment"),
                plain(
                    b"log\r\n", b"utf-8", b"Content-Disposition: attachment; filename=l.txt"
                ),
                multi(b"alternative", b"b2", plain(), html()),
            )
        ),
        signed=((2, 0), (2, 1)),
    ),
    Case(
        id="b09-apple-html-around-a-pdf",
        raw=mail(
            multi(
                b"alternative",
                b"b1",
                plain(),
                around_a_pdf(html(b"<p>the end</p>\r\n")),
            )
        ),
        signed=((0,), (1, 2)),
    ),
    Case(
        id="b10-apple-html-blank-at-the-end",
        raw=mail(
            multi(
                b"alternative",
                b"b1",
                plain(),
                around_a_pdf(html(BLANK_HTML)),
            )
        ),
        signed=((0,), (1, 0)),
    ),
    Case(
        id="b10-apple-html-blanks-between",
        raw=mail(around_a_pdf(html(BLANK_HTML), pdf(b"inline"), html(BLANK_HTML))),
        signed=((0,),),
    ),
    Case(
        id="b10-apple-html-sound-at-the-end",
        raw=mail(
            around_a_pdf(html(b"<p><audio src='cid:voice@x' controls></audio></p>\r\n"))
        ),
        signed=((2,),),
    ),
    Case(
        id="b11-text-around-a-picture",
        raw=mail(multi(b"mixed", b"b1", plain(), png(INLINE), plain(b"the end\r\n"))),
        signed=((2,),),
    ),
    Case(
        id="b11-text-blank-after-a-picture",
        raw=mail(multi(b"mixed", b"b1", plain(), png(INLINE), plain(b" \r\n\r\n"))),
        signed=((0,),),
    ),
    Case(
        id="b12-related-start-names-the-second",
        raw=mail(
            multi(
                b'related; start="<root@x>"; type="text/html"',
                b"b1",
                png(b"Content-ID: <img@x>"),
                html(HTML, b"utf-8", b"Content-ID: <root@x>", b"Content-Language: en"),
            )
        ),
        signed=((1,),),
        holds=(b"Content-ID: <root@x>", b"Content-Language: en"),
    ),
    Case(
        id="b13-related-type-names-the-second",
        raw=mail(multi(b'related; type="text/html"', b"b1", png(), html())),
        signed=((1,),),
    ),
    Case(
        id="b14-amp-in-the-middle",
        raw=mail(
            multi(
                b"alternative",
                b"b1",
                plain(),
                part(b"text/x-amp-html", b"<!doctype html><html amp4email></html>\r\n"),
                html(),
            )
        ),
        signed=((0,), (2,)),
    ),
    Case(
        id="b15-meeting-request",
        raw=mail(
            multi(
                b"alternative",
                b"b1",
                plain(),
                html(),
                part(b"text/calendar; method=REQUEST", ANSWER),
            )
        ),
        signed=(),
        reasons=("calendar",),
    ),
    Case(
        id="b15-meeting-request-allowed",
        raw=mail(
            multi(
                b"alternative",
                b"b1",
                plain(),
                html(),
                part(b"text/calendar; method=REQUEST", ANSWER),
            )
        ),
        options=Options(allow=frozenset({SkipReason.CALENDAR})),
        signed=((0,), (1,)),
    ),
    Case(
        id="b16-root-calendar",
        raw=mail(part(b"text/calendar; method=REPLY", ANSWER)),
        signed=(),
        reasons=("calendar",),
    ),
    Case(
        id="b16-root-pdf",
        raw=mail(part(b"application/pdf", PDF, B64)),
        signed=(),
        reasons=("no-text-body",),
    ),
    Case(
        id="b16-root-image",
        raw=mail(part(b"image/png", PNG, B64)),
        signed=(),
        reasons=("no-text-body",),
    ),
    Case(
        id="b16-root-text-attachment",
        raw=mail(
            plain(PLAIN, b"utf-8", b"Content-Disposition: attachment; filename=a.txt")
        ),
        signed=(),
        reasons=("attachment",),
    ),
    Case(
        id="b17-digest",
        raw=mail(multi(b"digest", b"b1", b"\r\nSubject: one\r\n\r\none\r\n", forwarded(1))),
        signed=(),
        reasons=("nested-message", "no-text-body"),
    ),
    Case(
        id="b17-root-message",
        raw=mail(part(b"message/rfc822", b"Subject: x\r\n\r\nhello\r\n")),
        signed=(),
        reasons=("nested-message",),
    ),
    Case(
        id="b17-external-body",
        raw=mail(part(b"message/external-body; access-type=url; url=x", b"\r\n")),
        signed=(),
        reasons=("nested-message", "no-text-body"),
    ),
    Case(
        id="b17-unknown-multipart",
        raw=mail(multi(b"x-strange", b"b1", plain(), pdf())),
        signed=None,
        reasons=("no-text-body", "malformed-structure"),
    ),
    Case(
        id="b18-no-part",
        raw=mail(part(b"multipart/mixed; boundary=b1", b"--b1--\r\n")),
        signed=(),
        reasons=("malformed-structure",),
    ),
    Case(
        id="b18-no-boundary-parameter",
        raw=mail(part(b"multipart/mixed", b"--b1\r\n\r\nhello\r\n--b1--\r\n")),
        signed=(),
        reasons=("malformed-structure",),
    ),
    Case(
        id="b18-boundary-never-occurs",
        raw=mail(part(b"multipart/mixed; boundary=b1", b"--b2\r\n\r\nhello\r\n--b2--\r\n")),
        signed=(),
        reasons=("malformed-structure",),
    ),
    Case(
        id="b19-multipart-with-text",
        raw=mail(part(b"multipart/alternative; boundary=", PLAIN)),
        signed=(),
        reasons=("malformed-structure",),
    ),
    Case(
        id="b20-no-close-delimiter",
        raw=mail(multi(b"mixed", b"b1", pdf(), plain()))[: -len(b"\r\n--b1--\r\n")],
        signed=((1,),),
    ),
    Case(
        id="b20-no-close-delimiter-nor-line-end",
        raw=mail(multi(b"mixed", b"b1", pdf(), plain()))[: -len(b"\r\n\r\n--b1--\r\n")],
        signed=((1,),),
    ),
    Case(
        id="b20-inner-close-delimiter-missing",
        raw=mail(
            multi(b"mixed", b"b1", multi(b"alternative", b"b2", plain(), html()), pdf())
        ).replace(b"--b2--\r\n", b""),
        signed=((0, 0), (0, 1)),
    ),
    Case(
        id="b21-boundary-is-a-prefix",
        raw=mail(
            multi(b"mixed", b"b", multi(b"alternative", b"bb", plain(), html()), pdf())
        ),
        signed=((0, 0), (0, 1)),
    ),
    Case(
        id="b21-inner-boundary-is-a-prefix",
        raw=mail(
            multi(b"mixed", b"bb", multi(b"alternative", b"b", plain(), html()), pdf())
        ),
        signed=((0, 0), (0, 1)),
    ),
    Case(
        id="b21-boundary-with-hyphens",
        raw=mail(
            multi(b"mixed", b"b", multi(b"alternative", b"b--", plain(), html()), pdf())
        ),
        signed=None,
        reasons=("malformed-structure",),
    ),
    Case(
        id="b21-transport-padding",
        raw=mail(multi(b"alternative", b"b1", plain(), html())).replace(
            b"--b1\r\n", b"--b1 \t\r\n"
        ),
        signed=((0,), (1,)),
    ),
    Case(
        id="b22-odd-boundary",
        raw=mail(multi(b"alternative", LONG_BOUNDARY, plain(), html())),
        signed=((0,), (1,)),
    ),
    Case(
        id="b22-colon-in-boundary",
        raw=mail(multi(b"alternative", b"a:b?c", plain(), html())),
        signed=((0,), (1,)),
    ),
    Case(
        id="b23-boundary-in-angle-brackets",
        raw=mail(multi(b"alternative", b"<b1>", plain(), html())),
        signed=((0,), (1,)),
    ),
    Case(
        id="b24-boundary-on-two-levels",
        raw=mail(
            multi(b"mixed", b"b1", multi(b"alternative", b"b1", plain(), html()), pdf())
        ),
        signed=(),
        reasons=("malformed-structure",),
    ),
    Case(
        id="b25-delimiter-in-the-signature",
        raw=mail(multi(b"alternative", b"b1", plain(), html())),
        signature=Signature(
            html="<pre>Jo Doe\n--b1\n--b1--\n</pre>", text="Jo Doe\n--b1\n--b1--\nend"
        ),
        signed=None,
        reasons=("unencodable-signature", "malformed-structure"),
    ),
    Case(
        id="b25-delimiter-in-the-signature-8bit",
        raw=mail(
            multi(b"alternative", b"b1", plain(b"\xc3\xa4\r\n", b"utf-8", E8), html())
        ),
        signature=Signature(html="<pre>Jo Doe\n--b1\n</pre>", text="Jo Doe\n--b1\nend"),
        signed=None,
        reasons=("unencodable-signature", "malformed-structure"),
    ),
    Case(
        id="b26-too-many-levels",
        raw=levels(1200),
        signed=(),
        reasons=("limit",),
        judged=False,
    ),
    Case(id="b26-ninety-levels", raw=levels(90), signed=((0,) * 90,)),
    Case(
        id="b26-many-parts",
        raw=mail(multi(b"mixed", b"b1", plain(), *([b"\r\nx"] * 10_000))),
        signed=None,
        reasons=("limit",),
        judged=False,
    ),
    Case(
        id="b26-long-field",
        raw=mail(plain(), b"X-Long: " + b"\r\n ".join([b"x" * 70] * 3000)),
    ),
]
