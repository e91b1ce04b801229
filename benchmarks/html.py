"""HTML as mail clients write it: Outlook's reply, a newsletter's tables, plain pages."""

from __future__ import annotations

import random

from benchmarks.prose import paragraph, paragraphs

# A shortened picture of the style block that Word writes into every mail.
_WORD_STYLE = """<style><!--
@font-face
\t{font-family:"Cambria Math";
\tpanose-1:2 4 5 3 5 4 6 3 2 4;}
@font-face
\t{font-family:Calibri;
\tpanose-1:2 15 5 2 2 2 4 3 2 4;}
p.MsoNormal, li.MsoNormal, div.MsoNormal
\t{margin:0cm;
\tfont-size:11.0pt;
\tfont-family:"Calibri",sans-serif;}
a:link, span.MsoHyperlink
\t{mso-style-priority:99;
\tcolor:#0563C1;
\ttext-decoration:underline;}
@page WordSection1
\t{size:612.0pt 792.0pt;
\tmargin:70.85pt 70.85pt 2.0cm 70.85pt;}
div.WordSection1
\t{page:WordSection1;}
--></style><!--[if gte mso 9]><xml>
<o:shapedefaults v:ext="edit" spidmax="1026" />
</xml><![endif]-->"""
_WORD_HEAD = (
    '<html xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns="http://www.w3.org/TR/REC-html40">\n<head>\n'
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
    '<meta name="Generator" content="Microsoft Word 15 (filtered medium)">\n'
    f'{_WORD_STYLE}\n</head>\n<body lang="EN-GB" link="#0563C1" vlink="#954F72" '
    'style="word-wrap:break-word">\n<div class="WordSection1">\n'
)
_WORD_TAIL = "</div>\n</body>\n</html>\n"
_MSO = '<p class="MsoNormal">{}<o:p></o:p></p>\n'
_MSO_EMPTY = '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n'
_MSO_HEADER_BLOCK = (
    '<div>\n<div style="border:none;border-top:solid #E1E1E1 1.0pt;'
    'padding:3.0pt 0cm 0cm 0cm">\n<p class="MsoNormal"><b>'
    '<span lang="EN-US">From:</span></b><span lang="EN-US"> Max Example '
    "&lt;max@example.org&gt; <br>\n"
    "<b>Sent:</b> Friday, January {day}, 2026 4:2{minute} PM<br>\n"
    "<b>To:</b> Jo Doe &lt;jo.doe@example.com&gt;<br>\n<b>Subject:</b> RE: Offer"
    "<o:p></o:p></span></p>\n</div>\n</div>\n"
)
TEXT_HEADER_BLOCK = (
    "From: Max Example <max@example.org>\n"
    "Sent: Friday, January {day}, 2026 4:2{minute} PM\n"
    "To: Jo Doe <jo.doe@example.com>\nSubject: RE: Offer\n"
)


def _mso(texts: list[str]) -> str:
    return _MSO_EMPTY.join(_MSO.format(text) for text in texts) + _MSO_EMPTY


def outlook_reply(rng: random.Random, octets: int, pictures: str = "") -> tuple[str, str]:
    """Return the text and the HTML of a top-posted reply over a thread of older mails.

    The HTML has about ``octets`` octets; ``pictures`` is more HTML for the newest mail.
    """
    new = [paragraph(rng, 2), paragraph(rng, 3), "Best, Jo"]
    html = [_WORD_HEAD, _mso(new), pictures]
    text = ["\n\n".join(new), "\n\n"]
    size = sum(map(len, html))
    day = 30
    while size < octets:
        old = [paragraph(rng, 2) for _ in range(6)]
        mark = {"day": max(1, day), "minute": rng.randrange(10)}
        html.append(_MSO_HEADER_BLOCK.format(**mark) + _mso(old))
        text.append(TEXT_HEADER_BLOCK.format(**mark) + "\n" + "\n\n".join(old) + "\n\n")
        size += len(html[-1])
        day -= 1
    return "".join(text), "".join(html) + _WORD_TAIL


def newsletter(rng: random.Random, octets: int) -> tuple[str, str]:
    """Return the text and the HTML (about ``octets``) of a newsletter: tables in tables."""
    rows: list[str] = []
    text: list[str] = []
    size = 0
    while size < octets:
        words = paragraph(rng, 2)
        link = f"https://news.example.com/r/{rng.randrange(10**9)}?u={rng.randrange(10**6)}&c=7"
        rows.append(
            '<tr><td align="center" valign="top" style="padding:0 24px 12px 24px;'
            'font-family:Helvetica,Arial,sans-serif;font-size:15px;line-height:22px;">\n'
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0">'
            f'<tr><td style="color:#333333;">{words}</td></tr>'
            f'<tr><td><a href="{link.replace("&", "&amp;")}" target="_blank" '
            'style="color:#0a66c2;text-decoration:none;">Read&nbsp;on &rarr;</a></td></tr>'
            "</table>\n</td></tr>\n"
        )
        text.append(f"{words}\n{link}\n\n")
        size += len(rows[-1])
    html = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>News</title>\n'
        "<style>@media only screen and (max-width:600px){.w{width:100%!important}}</style>"
        '</head>\n<body style="margin:0;padding:0;background:#f4f4f4;">\n'
        '<!--[if mso]><table width="600"><tr><td><![endif]-->\n'
        '<table class="w" role="presentation" width="600" align="center">\n'
        + "".join(rows)
        + "</table>\n<!--[if mso]></td></tr></table><![endif]-->\n</body></html>\n"
    )
    return "".join(text), html


def page(rng: random.Random, octets: int, more: str = "") -> str:
    """Return a simple HTML body of about ``octets`` octets, as a web mailer writes it."""
    rows = [f"<div>{text}</div>\n<div><br></div>\n" for text in paragraphs(rng, octets)]
    head = "<html><head><meta http-equiv='content-type' content='text/html'></head><body>\n"
    return f'{head}<div dir="ltr">{"".join(rows)}{more}</div>\n</body></html>\n'
