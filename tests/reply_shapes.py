"""What mail clients write around quoted history: shapes to build replies from; all made up.

In a shape, `{new}` is the author's new text and `⟦⟧` the expected place: `⟦` stands after the
last visible character of the new text (with what the client signed), `⟧` where the history
begins, lifted to the outermost element that holds only history.
"""

from __future__ import annotations

from typing import NamedTuple

HEADER = (
    "<b>From:</b> Bo Li &lt;bo@example.com&gt;<br>\n<b>Sent:</b> Monday, April 2, 2012 10:05 AM"
    "<br>\n<b>To:</b> Alex &lt;alex@example.org&gt;<br>\n<b>Subject:</b> The boat"
)
HEADER_DE = (
    "<b>Von:</b> Bo Li &lt;bo@example.com&gt;<br>\n<b>Gesendet:</b> Montag, 2. April 2012 10:05"
    "<br>\n<b>An:</b> Alex &lt;alex@example.org&gt;<br>\n<b>Betreff:</b> AW: Das Boot"
)
HEADER_FR = (
    "<b>De&nbsp;:</b> Bo Li &lt;bo@example.com&gt;<br>\n<b>Envoyé&nbsp;:</b> lundi 2 avril 2012"
    " 10:05<br>\n<b>À&nbsp;:</b> Alex<br>\n<b>Objet&nbsp;:</b> Le bateau"
)
HEADER_JA = (
    "<b>差出人:</b> 李 &lt;bo@example.com&gt;<br>\n<b>送信日時:</b> 2012年4月2日 10:05<br>\n"
    "<b>宛先:</b> Alex<br>\n<b>件名:</b> 船"
)
ON = 'On Mon, Apr 2, 2012 at 10:05 AM Bo Li &lt;<a href="mailto:bo@example.com">bo@example.com</a>&gt; wrote:'
AM = "Am Mo., 2. Apr. 2012 um 10:05 Uhr schrieb Bo Li &lt;bo@example.com&gt;:"
LE = "Le lun. 2 avr. 2012 à 10:05, Bo Li &lt;bo@example.com&gt; a écrit :"
JA = "2012年4月2日(月) 10:05 Bo Li &lt;bo@example.com&gt;:"
GMAIL_STYLE = (
    'class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid'
    ' rgb(204,204,204);padding-left:1ex"'
)


class Shape(NamedTuple):
    """A client's way to quote: the body around `{new}`, and the rule that should find it."""

    name: str
    body: str
    rules: tuple[str, ...]


def _gmail(attribution: str) -> str:
    return (
        '<div dir="ltr">{new}⟦</div><br>⟧<div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{attribution}<br></div><blockquote {GMAIL_STYLE}>'
        '<div dir="ltr">Does it float?<div><br></div><div>Bo</div></div></blockquote></div>\n'
    )


def _outlook(header: str, width: str = "0in", color: str = "#E1E1E1") -> str:
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal'
        " {{margin:0}} --></style></head><body lang=EN-US link=blue><div class=WordSection1>"
        "<p class=MsoNormal>{new}⟦<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
        f"⟧<div><div style='border:none;border-top:solid {color} 1.0pt;padding:3.0pt {width} "
        f"{width} {width}'><p class=MsoNormal>{header}<o:p></o:p></p></div></div>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Does it float?<o:p></o:p></p>"
        "</div></body></html>"
    )


def _owa(header: str) -> str:
    return (
        '<html><head></head><body dir="ltr"><div id="divtagdefaultwrapper"><p>{new}⟦</p></div>'
        '⟧<div id="appendonsend"></div>\n<hr style="display:inline-block;width:98%" '
        f'tabindex="-1">\n<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{header}</font>'
        "<div>&nbsp;</div></div>\n<div>Does it float?</div></body></html>"
    )


def _apple(attribution: str) -> str:
    return (
        '<html><body style="word-wrap: break-word;">{new}⟦<br id='
        '"lineBreakAtBeginningOfMessage">⟧<div><br><blockquote type="cite"><div>'
        f'{attribution}</div><br class="Apple-interchange-newline"><div>Does it float?</div>'
        "</blockquote></div><br></body></html>"
    )


def _thunderbird(attribution: str) -> str:
    return (
        "<html><head></head><body>{new}⟦<br>\n<br>\n⟧"
        f'<div class="moz-cite-prefix">{attribution}<br>\n</div>\n<blockquote type="cite" '
        'cite="mid:1@example.com"><p>Does it float?</p></blockquote>\n</body></html>'
    )


REPLIES = [
    Shape("gmail", _gmail(ON), ("gmail", "attribution")),
    Shape("gmail-de", _gmail(AM), ("gmail", "attribution")),
    Shape("gmail-fr", _gmail(LE), ("gmail", "attribution")),
    Shape("gmail-ja", _gmail(JA), ("gmail", "attribution")),
    Shape(
        "gmail-before-2018",
        '<div dir="ltr">{new}⟦</div>⟧<div class="gmail_extra"><br><br><div class="gmail_quote">'
        f"{ON}<br><blockquote {GMAIL_STYLE}>Does it float?</blockquote></div><br></div>",
        ("gmail", "attribution"),
    ),
    Shape(
        "gmail-android",
        '<p dir="ltr">{new}⟦</p>\n⟧<div class="gmail_quote">On Apr 2, 2012 10:05, &quot;Bo&quot;'
        ' &lt;bo@example.com&gt; wrote:<br type="attribution"><blockquote class="quote" '
        'style="margin:0 0 0 .8ex;border-left:1px #ccc solid">Does it float?</blockquote></div>',
        ("gmail", "attribution"),
    ),
    Shape("outlook", _outlook(HEADER), ("header-block",)),
    Shape("outlook-cm", _outlook(HEADER, "0cm", "#B5C4DF"), ("header-block",)),
    Shape("outlook-de", _outlook(HEADER_DE), ("header-block",)),
    Shape("outlook-fr", _outlook(HEADER_FR), ("header-block",)),
    Shape("outlook-ja", _outlook(HEADER_JA), ("header-block",)),
    Shape(
        "outlook-in-an-unknown-language",
        '<div class="WordSection1"><p class="MsoNormal">{new}⟦<o:p></o:p></p><p class="MsoNormal">'
        '<o:p>&nbsp;</o:p></p>⟧<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:'
        '3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Minn:</b> Bo Li &lt;bo@example.com&gt; <br><b>'
        "Mibgħut:</b> It-Tnejn, 2 ta’ April 2012 10:05<br><b>Lil:</b> Alex<br><b>Suġġett:</b> Dgħajsa<o:p>"
        '</o:p></p></div></div><p class="MsoNormal">Jżomm?<o:p></o:p></p></div>',
        ("rule-and-header",),
    ),
    Shape(
        "outlook-2003",
        "<div><p>{new}⟦</p></div>⟧<div><div class=MsoNormal align=center><font><span><hr size=3 "
        'width="100%" align=center tabindex=-1></span></font></div><p class=MsoNormal>'
        f"{HEADER}</p></div><p>Does it float?</p>",
        ("header-block",),
    ),
    Shape(
        "outlook-without-a-line",
        "<div class=WordSection1><p class=MsoNormal>{new}⟦</p><p class=MsoNormal>&nbsp;</p>⟧"
        f"<p class=MsoNormal>{HEADER}</p><p class=MsoNormal>Does it float?</p></div>",
        ("header-block",),
    ),
    Shape("outlook-web", _owa(HEADER), ("outlook-reply-header",)),
    Shape("outlook-web-de", _owa(HEADER_DE), ("outlook-reply-header",)),
    Shape("outlook-web-ja", _owa(HEADER_JA), ("outlook-reply-header",)),
    Shape(
        "outlook-mobile",
        '<html><body dir="ltr"><div>{new}⟦</div><div><br></div>⟧<div id="mail-editor-reference-'
        'message-container" class="ms-outlook-mobile-reference-message"><hr style="display:'
        'inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font>'
        f"{HEADER}</font></div><div>Does it float?</div></div></body></html>",
        ("outlook-mobile", "outlook-reply-header"),
    ),
    Shape(
        "outlook-mac-2011",
        '<html><body><div>{new}⟦</div><div><br></div>⟧<span id="OLK_SRC_BODY_SECTION"><div style='
        '"border-top: #b5c4df 1pt solid;"><span style="font-weight:bold">From: </span>Bo Li<br>'
        "Date: Monday, April 2, 2012 10:05<br>To: Alex<br>Subject: The boat<br></div><div>Does"
        " it float?</div></span></body></html>",
        ("outlook-mac", "header-block"),
    ),
    Shape(
        "hotmail",
        '<html><body class="hmmessage"><div dir="ltr">{new}⟦<br><br>⟧<div id="SkyDrivePlaceholder">'
        '</div><hr id="stopSpelling">Date: Mon, 2 Apr 2012 10:05:00 +0200<br>Subject: The boat<br>'
        "From: bo@example.com<br>To: alex@example.org<br><br>Does it float?</div></body></html>",
        ("hotmail", "header-block"),
    ),
    Shape(
        "windows-mail",
        '<div>{new}⟦</div><div><br></div>⟧<div style="padding-top: 5px; border-top-color: rgb(229,'
        ' 229, 229); border-top-width: 1px; border-top-style: solid;"><div><font><b>From:</b>'
        "&nbsp;Bo Li<br><b>Sent:</b>&nbsp;Monday, April 2, 2012 10:05 AM<br><b>To:</b>&nbsp;Alex"
        "</font></div></div><div>Does it float? bo@example.com</div>",
        ("header-block",),
    ),
    Shape(
        "apple-mail",
        _apple("On 2 Apr 2012, at 10:05, Bo &lt;bo@example.com&gt; wrote:"),
        ("attribution",),
    ),
    Shape(
        "apple-mail-de",
        _apple("Am 02.04.2012 um 10:05 schrieb Bo &lt;bo@example.com&gt;:"),
        ("attribution",),
    ),
    Shape(
        "apple-mail-fr",
        _apple("Le 2 avr. 2012 à 10:05, Bo &lt;bo@example.com&gt; a écrit :"),
        ("attribution",),
    ),
    Shape(
        "apple-mail-ja",
        _apple("2012/04/02 10:05、Bo &lt;bo@example.com&gt;のメール:"),
        ("attribution",),
    ),
    Shape(
        "thunderbird", _thunderbird("On 02/04/2012 10:05, Bo Li wrote:"), ("thunderbird",)
    ),
    Shape(
        "thunderbird-de",
        _thunderbird("Am 02.04.12 um 10:05 schrieb Bo Li:"),
        ("thunderbird",),
    ),
    Shape(
        "thunderbird-fr",
        _thunderbird("Le 02/04/2012 à 10:05, Bo Li a écrit :"),
        ("thunderbird",),
    ),
    Shape(
        "thunderbird-ja",
        _thunderbird("On 2012/04/02 10:05, Bo Li wrote:"),
        ("thunderbird",),
    ),
    Shape(
        "yahoo",
        '<html><body><div class="ydp1a2yahoo-style-wrap"><div dir="ltr">{new}⟦</div><div><br></div>'
        '</div>⟧<div id="ydp3b4yahoo_quoted_1234567890" class="ydp3b4yahoo_quoted"><div style='
        '"font-size:13px"><div>On Monday, April 2, 2012, 10:05:00 AM GMT+2, Bo Li &lt;bo@example.'
        "com&gt; wrote:</div><div><br></div><div>Does it float?</div></div></div></body></html>",
        ("yahoo",),
    ),
    Shape(
        "yahoo-classic",
        "<table><tr><td>{new}⟦<br><br>⟧--- On <b>Mon, 4/2/12, Bo Li <i>&lt;bo@example.com&gt;</i></b>"
        " wrote:<br><blockquote style='border-left: 2px solid rgb(16, 16, 255);'>Does it float?"
        "</blockquote></td></tr></table>",
        ("attribution",),
    ),
    Shape(
        "aol",
        "<font>{new}⟦<div><br></div>⟧<div>-----Original Message-----<br>From: Bo Li &lt;bo@example."
        "com&gt;<br>To: alex &lt;alex@example.org&gt;<br>Sent: Mon, Apr 2, 2012 10:05 am<br>Subject:"
        " The boat<br><br><div id='AOLMsgPart_0_1'>Does it float?</div></div></font>",
        ("separator",),
    ),
    Shape(
        "gmx",
        '<html><body><div style="font-family: Verdana;"><div>{new}⟦</div>\n⟧<div>&nbsp;<div name='
        '"quote" style="margin: 10px 5px 5px 10px; border-left: 2px solid #C3D9E5;"><div style='
        '"margin: 0 0 10px 0;"><b>Gesendet:</b>&nbsp;Montag, 2. April 2012 um 10:05 Uhr<br/><b>Von:'
        "</b>&nbsp;Bo<br/><b>An:</b>&nbsp;alex@example.org<br/><b>Betreff:</b>&nbsp;Boot</div><div "
        'name="quoted-content">Schwimmt es?</div></div></div></div></body></html>',
        ("gmx",),
    ),
    Shape(
        "proton",
        '<div style="font-family: Arial;">{new}⟦</div><div class="protonmail_signature_block '
        'protonmail_signature_block-empty"></div><div><br></div>⟧<div class="protonmail_quote">On '
        "Monday, April 2nd, 2012 at 10:05, Bo Li &lt;bo@example.com&gt; wrote:<br><br><blockquote "
        'class="protonmail_quote" type="cite"><div>Does it float?</div></blockquote><br></div>',
        ("proton",),
    ),
    Shape(
        "tutanota",
        "<html><body><div>{new}⟦</div><br>⟧2. Apr 2012, 10:05 by bo@example.com:<br><blockquote "
        'class="tutanota_quote" style="border-left: 1px solid #93A3B8;">Does it float?</blockquote>'
        "</body></html>",
        ("attribution", "tutanota"),
    ),
    Shape(
        "fairemail",
        '<div>{new}⟦</div><br>⟧<div class="fairemail_quote"><p>2012-04-02 10:05 Bo Li wrote:</p>'
        "<blockquote>Does it float?</blockquote></div>",
        ("fairemail",),
    ),
    Shape(
        "zoho",
        '<div>{new}⟦</div><div><br></div>⟧<div class="zmail_extra_hr" style="border-top: 1px solid'
        ' rgb(204, 204, 204);"><br></div><div class="zmail_extra"><div>---- On Mon, 02 Apr 2012 '
        "10:05:00 +0200 <b>Bo &lt;bo@example.com&gt;</b> wrote ----</div><blockquote>Does it float?"
        "</blockquote></div>",
        ("zoho",),
    ),
    Shape(
        "spark",
        '<html><body><div name="messageBodySection"><div>{new}⟦</div></div>⟧<div name="messageReply'
        'Section">On 2 Apr 2012, 10:05 +0200, Bo Li &lt;bo@example.com&gt;, wrote:<br><blockquote '
        'type="cite">Does it float?</blockquote></div></body></html>',
        ("spark",),
    ),
    Shape(
        "zimbra",
        '<html><body><div style="font-family: arial"><div>{new}⟦</div><div><br></div>⟧<hr id="zwchr"'
        ' data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>Bo<br><b>To: </b>'
        "alex<br><b>Sent: </b>Monday, 2 April, 2012 10:05:00<br><b>Subject: </b>The boat</div><div "
        'data-marker="__QUOTED_TEXT__">Does it float?</div></div></body></html>',
        ("zimbra",),
    ),
    Shape(
        "yandex",
        '<div>{new}⟦</div><div>&nbsp;</div>⟧<div>02.04.2012, 10:05, "Bo Li" &lt;bo@example.com&gt;:'
        "</div><blockquote><div>Плывёт?</div></blockquote>",
        ("attribution",),
    ),
    Shape(
        "yandex-addressed",
        "<div>{new}⟦</div><div>&nbsp;</div>⟧<div>----------------</div><div>Кому: alex@example.org;</div>"
        '<div>Тема: Лодка;</div><div>02.04.2012, 10:05, "Bo Li" &lt;bo@example.com&gt;:</div><blockquote>'
        "<div>Плывёт?</div></blockquote>",
        ("attribution",),
    ),
    Shape(
        "openpaas",
        "<div>{new}⟦</div><div><br></div>⟧<cite>On Apr 2, 2012 10:05 AM, from bo@example.com</cite>"
        "<blockquote>Does it float?</blockquote>",
        ("attribution",),
    ),
    Shape(
        "lotus-notes",
        '<font>{new}⟦</font><br><br>⟧<table width="100%"><tr><td><font><b>Bo Li/Org</b></font><p>'
        "<font>02.04.2012 10:05</font></p></td><td><table><tr><td>To</td><td>Alex/Org</td></tr>"
        "<tr><td>cc</td><td></td></tr><tr><td>Subject</td><td>The boat</td></tr></table></td></tr>"
        "</table><br>Does it float?",
        ("notes-header",),
    ),
    Shape(
        "lotus-notes-first-words",
        '<p><font>{new}⟦</font><br><br>⟧<img width="16" height="16" src="cid:1" alt="Inactive hide '
        'details for Bo Li ---02.04.2012"><font>Bo Li ---02.04.2012 10:05:00---'
        "Does it float?</font><br><br><font>From: </font><font>Bo Li/Org</font><br>"
        "<font>To: </font><font>Alex/Org</font><br><font>Date: </font><font>02.04.2012 10:05"
        "</font><br><font>Subject: </font><font>The boat</font></p><hr><br>Does it float?",
        ("notes-header",),
    ),
    Shape(
        "groupwise",
        "<html><body><div>{new}⟦</div><div>&nbsp;</div>⟧<div>&gt;&gt;&gt; Bo Li &lt;bo@example.com"
        "&gt; 02.04.2012 10:05 &gt;&gt;&gt;<br></div><div>Does it float?</div></body></html>",
        ("separator",),
    ),
    Shape(
        "groupwise-attribution",
        "<html><body>{new}⟦<br><br>⟧&gt;&gt;&gt; On 4/2/2012 at 10:05 AM, in message &lt;4F@gw.exam"
        'ple.com&gt;, Bo Li &lt;bo@example.com&gt; wrote:<br><blockquote style="border-left: #050505 '
        '1px solid">Does it float?</blockquote></body></html>',
        ("attribution",),
    ),
    Shape(
        "nextcloud",
        '<p>{new}⟦</p><p></p>⟧<div class="quote">"Bo Li" bo@example.com – April 2, 2012 10:05 AM<br>'
        "<blockquote><div>Does it float?</div></blockquote></div>",
        ("attribution",),
    ),
    Shape(
        "netease",
        '<div>{new}⟦</div><br>⟧<div>At 2012-04-02 10:05:38, "Bo Li" &lt;bo@example.com&gt; wrote:'
        '</div><blockquote id="isReplyContent" style="border-left:#ccc 1px solid">Does it float?'
        "</blockquote>",
        ("attribution", "netease"),
    ),
    Shape(
        "qq",
        "<div>{new}⟦</div><div><br></div>⟧<div style='font-size:12px'>------------------&nbsp;原始邮件"
        "&nbsp;------------------</div><div style='background:#efefef'><div><b>发件人:</b>&nbsp;Bo;"
        "</div><div><b>发送时间:</b>&nbsp;2012年4月2日 10:05</div><div><b>收件人:</b> alex</div></div>"
        "<div>浮?</div>",
        ("separator",),
    ),
    Shape(
        "qq-english",
        '<div>{new}⟦</div><div><br></div>⟧<div id="original-content"><div style="font-size:70%">Original'
        '</div><div style="background:#f0f0f0"><div>From:"Bo"&lt; bo@example.com &gt;;</div><div>Date:Mon,'
        ' Apr 2, 2012 10:05 AM</div><div>To:"alex"&lt; alex@example.org &gt;;</div><div>Subject:boat</div>'
        "</div></div><div>Does it float?</div>",
        ("separator",),
    ),
    Shape(
        "postbox",
        '<html><body>{new}⟦<br><br>⟧<blockquote style="border: 0px none;" cite="mid:1@example.com" type='
        '"cite"><div><a href="mailto:bo@example.com">Bo Li</a></div><div>April 2, 2012 at 10:05 AM</div>'
        "<div>Does it float?</div></blockquote></body></html>",
        ("quote",),
    ),
    Shape(
        "samsung",
        "<html><body><div>{new}⟦</div><div><br></div>⟧<div>-------- Original message --------</div>"
        "<div>From: Bo Li &lt;bo@example.com&gt; </div><div>Date: 02/04/2012 10:05 (GMT+01:00) </div>"
        "<div>To: alex </div><div>Subject: The boat </div><div>Does it float?</div></body></html>",
        ("separator",),
    ),
    Shape(
        "outlook-express",
        '<BODY><DIV><FONT size=2>{new}⟦</FONT></DIV>⟧<BLOCKQUOTE dir=ltr style="BORDER-LEFT: #000000'
        ' 2px solid"><DIV style="FONT: 10pt arial">----- Original Message ----- </DIV><DIV><B>From:'
        "</B> Bo</DIV><DIV><B>To:</B> alex</DIV><DIV><B>Sent:</B> Monday, April 02, 2012 10:05 AM"
        "</DIV><DIV><B>Subject:</B> The boat</DIV><DIV>Does it float?</DIV></BLOCKQUOTE></BODY>",
        ("separator",),
    ),
]

FORWARDS = [
    Shape(
        "gmail",
        '<div dir="ltr">{new}⟦<br><br>⟧<div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        "---------- Forwarded message ---------<br>From: <strong>Bo</strong> &lt;bo@example.com&gt;"
        "<br>Date: Mon, Apr 2, 2012 at 10:05 AM<br>Subject: The boat<br>To: &lt;alex@example.org&gt;"
        "<br></div><br><br>Does it float?</div></div>",
        ("gmail", "separator"),
    ),
    Shape("outlook", _outlook(HEADER), ("header-block",)),
    Shape("outlook-web", _owa(HEADER_FR), ("outlook-reply-header",)),
    Shape(
        "apple-mail",
        "<html><body><div>{new}⟦</div>⟧<div><br><blockquote type='cite'><div>Begin forwarded message:"
        "</div><br><div><b>From: </b>Bo &lt;bo@example.com&gt;</div><div><b>Subject: </b>The boat"
        "</div><div><b>Date: </b>2 April 2012 10:05</div><br>Does it float?</blockquote></div></body>"
        "</html>",
        ("forward-opener",),
    ),
    Shape(
        "thunderbird",
        '<html><body><p>{new}⟦</p>⟧<div class="moz-forward-container"><br>\n<br>\n-------- Forwarded '
        'Message --------\n<table class="moz-email-headers-table"><tbody><tr><th>Subject: </th><td>'
        "The boat</td></tr><tr><th>Date: </th><td>Mon, 2 Apr 2012</td></tr><tr><th>From: </th><td>Bo"
        "</td></tr></tbody></table><br>\nDoes it float?</div></body></html>",
        ("thunderbird",),
    ),
    Shape(
        "yahoo",
        '<div><div>{new}⟦</div><br></div>⟧<div id="yahoo_quoted_1" class="yahoo_quoted"><div>----- '
        "Forwarded Message -----</div><div><b>From:</b> Bo</div><div><b>To:</b> alex</div><div><b>"
        "Sent:</b> Monday</div><div>Does it float?</div></div>",
        ("yahoo",),
    ),
    Shape(
        "proton",
        '<div>{new}⟦</div><br>⟧<div class="protonmail_quote">‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐<br>On '
        'Monday, April 2nd, 2012 10:05, Bo &lt;bo@example.com&gt; wrote:<br><blockquote class="'
        'protonmail_quote" type="cite">Does it float?</blockquote></div>',
        ("proton",),
    ),
    Shape(
        "gmx",
        '<div><div>{new}⟦</div>⟧<div name="quote" style="border-left:2px solid"><div><b>Gesendet:</b>'
        " Montag<br><b>Von:</b> Bo<br><b>An:</b> alex</div>Schwimmt es?</div></div>",
        ("gmx",),
    ),
    Shape(
        "zimbra",
        '<body><div>{new}⟦</div>⟧<hr id="zwchr"><div><b>From: </b>Bo<br><b>To: </b>alex<br><b>Sent: '
        "</b>Monday<br><b>Subject: </b>Boat<br></div>Does it float?</body>",
        ("zimbra",),
    ),
    Shape(
        "netease",
        '<div>{new}⟦</div>⟧<div id="isForwardContent"><div>-------- 转发邮件信息 --------</div><div>发件人：'
        "Bo</div><div>发送日期：2012-04-02</div></div>",
        ("netease", "separator"),
    ),
    Shape(
        "missive",
        "<div>{new}⟦</div><br>⟧<div>---------- Forwarded message ----------</div><div>From: Bo</div>"
        "<div>Date: April 2, 2012</div><div>Does it float?</div>",
        ("separator",),
    ),
]
