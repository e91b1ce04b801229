"""Where each client's history begins in HTML: exact places in made-up mail."""

from __future__ import annotations

import pytest
from reply_shapes import FORWARDS, REPLIES, Shape

from mailsig.html.tokens import tokenize
from mailsig.reply import Boundary, find_in_html

NEW = "Yes, it does.<br>It swam at 10:30, <i>to our surprise</i>"
OLDER = (
    "<br>On Sun, Apr 1, 2012 at 9:00 AM Alex &lt;alex@example.org&gt; wrote:<br><blockquote"
    ' type="cite">I bought a boat.</blockquote>'
)
SIGNATURES = {
    "plain": "",
    "client signature": '<div class="gmail_signature">--&nbsp;<br>Alex<br>+49 30 1234</div>',
    "outlook signature": '<div id="Signature"><p>Alex</p><p>Phone: 1234</p></div>',
    "mobile signature": "<br><br>Sent from my iPhone",
    "outlook mobile signature": '<div id="ms-outlook-mobile-signature">Get <a '
    'href="https://aka.ms/o0ukef">Outlook for iOS</a></div>',
    "dash signature": "<br>-- <br>Alex<br>Boats &amp; more",
}


def found(marked: str) -> tuple[Boundary | None, int, int, str]:
    """The boundary of a body, and the place that is marked in it."""
    start = marked.index("⟦")
    end = marked.index("⟧") - 1
    body = marked.replace("⟦", "").replace("⟧", "")
    return find_in_html(body, tokenize(body)), start, end, body


def check(marked: str, rules: tuple[str, ...] = ()) -> None:
    boundary, start, end, body = found(marked)
    assert boundary is not None
    visible = body[boundary.start : start] if boundary.start < start else ""
    assert "<" in visible or not visible.strip()  # only closing tags stand between
    assert boundary.start <= start
    assert boundary.end == end, (body[boundary.end :][:60], body[end:][:60])
    if rules:
        assert boundary.rule in rules
    assert boundary.authored[0] == (0, boundary.end)


def build(shape: Shape, new: str = NEW, thread: bool = False) -> str:
    body = shape.body.replace("{{", "{").replace("}}", "}").replace("{new}", new)
    return body.replace("it float?", "it float?" + OLDER) if thread else body


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("shape", REPLIES, ids=lambda shape: shape.name)
def test_a_reply(shape: Shape, signature: str, newline: str) -> None:
    body = build(shape, NEW + SIGNATURES[signature])
    check(body.replace("\n", newline), shape.rules)


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("shape", FORWARDS, ids=lambda shape: shape.name)
def test_a_forward(shape: Shape, signature: str) -> None:
    check(build(shape, NEW + SIGNATURES[signature]), shape.rules)


@pytest.mark.parametrize("shape", REPLIES + FORWARDS, ids=lambda shape: shape.name)
def test_a_thread_is_cut_at_its_newest_history(shape: Shape) -> None:
    check(build(shape, thread=True), shape.rules)


@pytest.mark.parametrize("shape", REPLIES + FORWARDS, ids=lambda shape: shape.name)
def test_nothing_written_above_the_history(shape: Shape) -> None:
    boundary, _, end, body = found(build(shape, ""))
    assert boundary is not None
    assert boundary.start == 0
    assert boundary.end <= end
    visible = "".join(body[: boundary.end].split(">")[-1:]).strip()
    assert visible in ("", "&nbsp;")


@pytest.mark.parametrize("shape", REPLIES + FORWARDS, ids=lambda shape: shape.name)
def test_the_same_text_without_history_is_fresh(shape: Shape) -> None:
    body = f"<html><body><div>{NEW}</div></body></html>"
    assert find_in_html(body, tokenize(body)) is None


@pytest.mark.parametrize("prefix", ["x_", "x_x_", "gmail-m_-123", "ecx"])
def test_a_prefixed_mark_is_the_same_mark(prefix: str) -> None:
    check(
        f'<div>Yes.⟦</div>⟧<hr><div id="{prefix}divRplyFwdMsg"><b>Van:</b> Bo<br></div>Hi',
        ("outlook-reply-header",),
    )


TRAPS = {
    "cloned cite prefix": '<div class="moz-cite-prefix">Yes.<br></div><div class="moz-cite-prefix">'
    'It swam.⟦<br></div>⟧<div class="moz-cite-prefix">On 02/04/2012 10:05, Bo wrote:<br></div>'
    '<blockquote type="cite" cite="mid:1">Does it float?</blockquote>',
    "excerpt above the thread": '<div>You asked:</div><blockquote class="protonmail_quote" '
    'type="cite">float?</blockquote><div>Yes.⟦</div>⟧<div class="protonmail_quote">On Monday, April'
    " 2nd, 2012 at 10:05, Bo &lt;bo@example.com&gt; wrote:<blockquote type=cite>Does it float?"
    "</blockquote></div>",
    "indented text above the thread": "<div>See:</div><blockquote>A boat is a boat.</blockquote>"
    "<div>Alex⟦</div>⟧<div>On Mon, Apr 2, 2012 at 10:05 AM, Bo wrote:<blockquote>Does it float?"
    "</blockquote></div>",
    "a name alone in Horde's German": "<p>Yes.⟦</p>⟧<p>Zitat von Bo Li:</p><blockquote type=cite>Does it"
    " float?</blockquote>",
    "a line in a box of its own": "<p>Yes.⟦</p>⟧<div class=MsoNormal align=center><hr size=2></div>"
    "<div id=divRplyFwdMsg><p><b>From:</b> Bo</p></div><p>Does it float?</p>",
    "a border of an empty box": '<p>Yes.⟦</p>⟧<div style="border-top: 1px solid gray"><br></div><div>On Mon,'
    " Apr 2, 2012 at 10:05 AM, Bo wrote:</div><blockquote type=cite>Does it float?</blockquote>",
    "a label of the author's above a quote": "<p>When?<br>From: now⟦</p>⟧<p>Le 2 avril 2012 à 10:05, Bo a écrit :</p>"
    "<blockquote type=cite><b>De :</b> Kim &lt;k@example.org&gt;<br><b>Date :</b> 1 avril 2012 10:05<br><b>À :</b>"
    " Bo<br>Flotte-t-il ?</blockquote>",
    "indented text right above the quote": "<div>See:<blockquote style='margin: 0 0 0 40px; border: none'><div>A "
    "boat is a boat.⟦</div></blockquote></div>⟧<div><br><blockquote type=cite><div>On 2 Apr 2012, at 10:05, Bo "
    "&lt;bo@example.com&gt; wrote:</div><div>Does it float?</div></blockquote></div>",
    "_MailOriginal": "<p>Yes.⟦</p>⟧<div><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
    '<p><a name="_MailOriginal"><b>From:</b></a> Bo<br><b>Sent:</b> Monday<br><b>To:</b> a<br>'
    "<b>Subject:</b> x</p></div></div><p>Does it float?</p>",
    "border wrapped twice": "<p>Yes.⟦</p>⟧<div><div><div style='border-top:solid #E1E1E1 1.0pt'>"
    "<p><b>Von:</b> Bo<br><b>Gesendet:</b> Montag<br><b>An:</b> a<br><b>Betreff:</b> x</p></div>"
    "</div></div><p>Does it float?</p>",
    "attribution after a line with a link": '<div>See <a href="https://x.example/@bo">https://x.'
    "example/@bo</a>⟦<br>⟧On Mon, Apr 2, 2012 at 10:05 AM, Bo Li wrote:<blockquote type=cite>Does it "
    "float?</blockquote></div>",
    "address that is no tag": "<div>Yes.⟦</div>⟧<div>On Mon, Apr 2, 2012 Bo <bo@example.com> wrote:"
    "</div><blockquote type=cite>Does it float?</blockquote>",
    "> in HTML": "<p>Yes.⟦</p>⟧<p>On Mon, Apr 2, 2012, Bo wrote:<br>&gt; Does it<br>&gt; float?</p>",
    "attribution over three lines": "<div>Yes.⟦<br><br>⟧On Mon, Apr 2, 2012 at 10:05 AM, Bo Li<br>"
    "&lt;bo@example.com&gt;<br>wrote:<br>&gt; Does it float?</div>",
    "short tail": "<div>Yes, it floats and swims and dives.⟦</div>⟧<div>On 2 Apr 2012 10:05, Bo &lt;"
    "bo@example.com&gt; wrote:</div><blockquote type=cite>Does it float?</blockquote><div>Regards,"
    "</div><div>Alex</div>",
    "Open-Xchange's signature below": "<div>Yes.⟦</div>⟧<blockquote type=cite><div>On 02/04/2012 10:05 Bo &lt;"
    "bo@example.com&gt; wrote:</div><div>Does it float?</div></blockquote><div class=io-ox-signature>"
    + "<p>Alex</p>" * 9
    + "</div>",
    "signature below": "<div>Yes.⟦</div>⟧<div>On 2 Apr 2012 10:05, Bo wrote:</div><blockquote type=cite>Does it"
    " float?</blockquote><div>Kind regards,</div>" + "<div>Alex</div>" * 9,
    "list footer": "<p>Yes.⟦</p>⟧<p>On 2 Apr 2012 10:05, Bo wrote:</p><blockquote type=cite>Does it "
    "float?</blockquote>_______________________________________________<br>boats mailing list<br>"
    "boats@example.org",
    "disclaimer below": "<p>Yes.⟦</p>⟧<p>On 2 Apr 2012 10:05, Bo wrote:</p><blockquote type=cite>Does "
    "it float?</blockquote><p>This mail is confidential.</p><p>If it is not for you, go.</p>",
    "preheader that is not shown": '<div style="display:none">From: a To: b Subject: c Sent: d</div>'
    "<p>Yes.⟦</p>⟧<div>-----Original Message-----<br>From: Bo</div>",
    "element in capitals that is not shown": "<NOSCRIPT>From: a<br>To: b<br>Subject: c<br>Sent: d</NOSCRIPT>"
    "<P>Yes.⟦</P>⟧<DIV>-----Original Message-----<BR>From: Bo</DIV>",
    "hidden, with a capital": "<div Hidden>From: a<br>To: b<br>Subject: c<br>Sent: d</div>"
    "<p>Yes.⟦</p>⟧<div>-----Original Message-----<br>From: Bo</div>",
    "hidden, with odd capitals": "<div style=diSplay:nOne>From: a<br>To: b<br>Subject: c<br>Sent: d"
    "</div><p>Yes.⟦</p>⟧<div>-----Original Message-----<br>From: Bo</div>",
    "what is cut off is shown": '<div style="overflow: hidden !important"><p>Yes.⟦</p>⟧<div>-----Original Message-----<br>From: Bo</div></div>',
    "hidden, and shown again": '<div style="display:none; display:block">Yes.⟦</div>⟧<div>-----Original Message-----<br>From: Bo</div>',
    "a word of a title": '<div title="no hidden costs">Yes.⟦</div>⟧<div>-----Original Message-----<br>From: Bo</div>',
    "Word's own display": '<div style="mso-display:none">Yes.⟦</div>⟧<div>-----Original Message-----<br>From: Bo</div>',
    "text right behind what is hidden": "<div hidden>From: a<br>To: b</div>Yes.⟦<br>⟧-----Original Message"
    "-----<br>From: Bo",
    "a hidden column": '<table><colgroup><col style="display:none"></colgroup><tr><td>Yes.⟦</td></tr></table>⟧<div>-----Original Message-----<br>From: Bo</div>',
    "a hidden paragraph that the next one ends": '<p style="display:none">From: a<br>To: b<br>Subject: c<p>Yes.⟦</p>⟧<div>-----Original Message-----<br>From: Bo</div>',
    "a hidden cell that the next one ends": "<table><tr><td hidden>From: a<br>To: b<br>Subject: c<td>Yes.⟦</td></tr></table>⟧<div>-----Original Message-----<br>From: Bo</div>",
    "hidden text that its parent closes": '<div><span style="display:none">From: a</div><p>Yes.⟦</p>⟧<div>-----Original Message-----<br>From: Bo</div>',
    "a hidden drawing": '<svg><path style="display:none"/></svg><p>Yes.⟦</p>⟧<div>-----Original Message-----<br>From: Bo</div>',
    "comment with a mark": '<p>Yes.<!-- <div id="divRplyFwdMsg">From: --></p><p>Bye.⟦</p>⟧<hr>'
    '<div id="divRplyFwdMsg"><b>From:</b> Bo</div>',
    "header block in a table": "<p>Yes.⟦</p>⟧<table><tr><td>From:</td><td>Bo Li</td></tr><tr><td>Date:</td><td>2 April"
    " 2012 10:05</td></tr><tr><td>To:</td><td>Alex</td></tr><tr><td>Subject:</td><td>x</td></tr></table>y",
    "two labels under a line": "<p>Yes.⟦</p>⟧<hr><p><b>From:</b> Bo<br><b>Date:</b> Monday</p>x",
    "two labels under a border": "<p>Yes.⟦</p>⟧<div><div style='border:none;border-top:solid #B5C4DF "
    "1.0pt'><p><b>Afzender:</b> Bo<br><b>Onderwerp:</b> Boot</p></div></div>x",
    "names alone under a border, of a mail that was sent": "<p>Yes.⟦</p>⟧<div style='border-top-color: gray; "
    "border-top-width: 1px; border-top-style: solid'><b>От:</b>&nbsp;Bo Li<br><b>Отправлено:</b>&nbsp;понедельник"
    "<br><b>Кому:</b>&nbsp;Alex</div><div>x</div>",
    "unknown words above the quote": "<p>Yes.⟦</p>⟧<p>Bo Li skrivisto 2.4.2012 zu 10:05:</p>"
    "<blockquote type=cite>x</blockquote>",
    "two labels in a Gmail container": '<p>Yes.⟦</p>⟧<div class="gmail_quote"><b>From:</b> Bo<br>'
    "<b>Date:</b> Monday<br><br>x</div>",
    "quote marks in a Gmail container": '<p>Yes.⟦</p>⟧<div class="gmail_quote">&gt; float?<br>&gt; Bo</div>',
    "all of it indented": "<blockquote>Yes.⟦⟧<div>On Mon, Apr 2, 2012 at 10:05 AM, Bo wrote:</div><div>x"
    "</div></blockquote>",
    "text that ends in preformatted text": "<div>Yes.<pre>code⟦</pre></div>⟧<div>-----Original Message"
    "-----<br>From: Bo</div>",
    "an element of many attributes": "<p>Yes.⟦</p>⟧<div "
    + "data-x=y " * 1_200
    + "id=divRplyFwdMsg><div>"
    "-----Original Message-----<br>From: Bo</div></div>",
    "no end tags": "<p>Yes.⟦⟧<p><p>-----Original Message-----<br>From: Bo<br>Does it float?",
    "preformatted": "<pre>Yes.\n\nAlex⟦\n\n⟧On Mon, Apr 2, 2012 at 10:05, Bo wrote:\n&gt; Does it "
    "float?\n</pre>",
    "same line": "<div>Yes.⟦</div>⟧<div>On Mon, Apr 2, 2012 at 10:05 AM, Bo &lt;bo@example.com&gt; "
    "wrote: Does it float? It has to.</div>",
    "picture at the end of the new text": '<p>Look: <img src="cid:boat" width="400">⟦</p><p>&nbsp;</p>'
    "⟧<div>-----Original Message-----<br>From: Bo</div>",
    "dot that counts readers": '<p>Yes.⟦</p>⟧<div><img src="https://t.example/p" width="1" height="1">'
    "-----Original Message-----<br>From: Bo</div>",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_seen(trap: str) -> None:
    check(TRAPS[trap])


BOXES = {
    "Infomaniak": 'div class="ik_mail_quote answerContentMessage"',
    "Infomaniak, forwarded": 'div class="forwardContentMessage"',
    "Front": 'blockquote class="front-blockquote"',
    "Missive": 'div class="missive_quote"',
    "HubSpot": 'div class="hs_reply"',
    "Freshdesk": 'div class="freshdesk_quote"',
    "Zendesk": 'div class="quotedReply"',
    "Zoho Desk": 'div title="beforequote:::"',
    "Outreach": 'div class="outreach-quote"',
    "Notion": 'blockquote class="notion-mail-quote"',
    "AOL on Android": 'div class="device_aol_et_org_dt_dd_quote"',
    "mail.ru on iOS": 'div id="composeWebView_previouse_content"',
    "Mail Master": 'div class="J-reply ntes-mailmaster-quote"',
    "Alibaba": 'div class="alimail-quote"',
}


@pytest.mark.parametrize("client", BOXES)
def test_a_box_of_a_client_is_history_whatever_its_words(client: str) -> None:
    tag = BOXES[client]
    name = tag.partition(" ")[0]
    check(f"<div>Yes.⟦</div><br>⟧<{tag}><p>Bo Li kiteb</p><p>Iżomm?</p></{name}>")


BELOW = {
    "a word of caution above": "<div>[EXTERNAL] This email originated from outside of the company.</div>"
    "<div>Do not click links you don't know.</div><div>On 2 Apr 2012 10:05, Bo wrote:</div><blockquote "
    "type=cite>Does it float?</blockquote><p>Yes.⟦</p>⟧",
    "answers, a rest of quote, and the footer of a list": "<div>On 2 Apr 2012 10:05, Bo wrote:</div><blockquote "
    "type=cite>Does it float?</blockquote><p>Yes.</p><blockquote type=cite>Bye, Bo</blockquote>_______________"
    "<br>boats mailing list -- boats@lists.example.org<br>To unsubscribe, write to us⟦⟧",
    "a word of caution in a box above": "<p>ZjQcmQRYFpfptBannerStart</p><table><tr><td>This Message Is From an "
    "External Sender</td></tr></table><p>ZjQcmQRYFpfptBannerEnd</p><div>On 2 Apr 2012 10:05, Bo wrote:</div>"
    "<blockquote type=cite>Does it float?</blockquote><p>Yes.⟦</p>⟧",
    "a German word of caution above": "<table><tr><td>ACHTUNG: Diese E-Mail stammt von außerhalb der Firma."
    "</td></tr></table><div>Am 02.04.2012 um 10:05 schrieb Bo:</div><blockquote type=cite>Schwimmt es?"
    "</blockquote><p>Yes.⟦</p>⟧",
    "bottom posted": "<div>On 2 Apr 2012 10:05, Bo wrote:</div><blockquote type=cite>Does it float?"
    "</blockquote><p>Yes.⟦</p>⟧",
    "greeting above, answer below": "<p>Hi Bo,</p><div>On 2 Apr 2012 10:05, Bo wrote:</div><blockquote "
    "type=cite>Does it float?</blockquote><p>Yes.⟦</p>⟧",
    "answers in a Gmail container": '<div class="gmail_quote"><div class="gmail_attr">On Mon, Apr 2, 2012'
    " at 10:05 AM Bo wrote:</div><blockquote class=gmail_quote>Does it float?</blockquote><div>Yes.</div>"
    "<blockquote class=gmail_quote>Does it sink?</blockquote><div>No.⟦</div></div>⟧",
    "answers between quotes, a rest of quote": "<p>Hi,</p><div>On 2 Apr 2012 10:05, Bo wrote:</div>"
    "<blockquote type=cite>Does it float?</blockquote><p>Yes.</p><blockquote type=cite>Sink?</blockquote>"
    "<p>No.⟦</p>⟧<blockquote type=cite>Bye, Bo</blockquote>",
}


@pytest.mark.parametrize("case", BELOW)
def test_text_below_the_quote_is_the_reply(case: str) -> None:
    boundary, start, end, body = found(BELOW[case])
    assert boundary is not None
    assert boundary.rule in ("bottom-posted", "interleaved")
    assert (boundary.start, boundary.end) == (start, end)
    written = "".join(body[a:b] for a, b in boundary.authored)
    for quoted in ("float", "sink", "Sink", "Bye"):
        assert quoted not in written
    assert "Yes." in written


FRESH = {
    "indented at the end": "<p>He said it well:</p><blockquote>A boat is a boat.</blockquote>",
    "Gmail's indentation": '<div dir="ltr">Look:<blockquote class="gmail_quote" style="margin:0 0 0 40px;'
    'border:none;padding:0px">A boat is a boat.</blockquote></div>',
    "quote class kept by undo": '<div class="gmail_quote">Dear Bo,<br>it floats.<br>Alex</div>',
    "cloned cite prefix alone": '<div class="moz-cite-prefix">Yes, it floats.</div>',
    "template in a Gmail container": '<div class="gmail_extra"><div class="gmail_quote"><p>Dear all,</p>'
    "<p>we have boats. Call 10:30.</p></div></div>",
    "Outlook mobile container with text": '<div id="mail-editor-reference-message-container"><div>It floats,'
    " as I said.</div></div>",
    "travel": "<p>From: Rome<br>To: Oslo<br>Date: 5 May 2012, 10:30</p>",
    "meeting": "<p>Hi</p><table><tr><td>Subject:</td><td>Boats</td></tr><tr><td>Date:</td><td>2 April 2012"
    "</td></tr><tr><td>From:</td><td>10:05</td></tr><tr><td>To:</td><td>11:05</td></tr></table>",
    "table of mails": "<p>Mails:</p><table><tr><th>From</th><th>To</th><th>Date</th><th>Subject</th></tr>"
    "<tr><td>Bo</td><td>Kim</td><td>2 April 2012 10:05</td><td>boats</td></tr></table><p>Alex</p>",
    "memo in a table": "<table><tr><td>FROM:</td><td>The Board</td></tr><tr><td>TO:</td><td>All</td></tr>"
    "<tr><td>DATE:</td><td>2 April 2012</td></tr><tr><td>SUBJECT:</td><td>Boats</td></tr></table><p>x</p>",
    "form": "<p>Name: Bo<br>Subject: boats<br>Message: does it float?</p>",
    "story": "<p>On Monday we met at 10:30 and talked. Bo wrote a letter: it was long.</p>",
    "said": "<p>On 12 May 2012 at 10:30 he said:</p><p>It floats.</p>",
    "prose above an indented verse": "<p>Dear all,<br>on Monday, 2 April 2012 at 10:05 we wrote:</p>"
    "<blockquote>A boat is a boat.</blockquote><p>It still is.</p>",
    "ticket under a word of caution": "<p>CAUTION: This email originated from outside.</p><p>-- Reply above"
    " this line --</p><p>Dear Bo,</p><p>it floats.</p>",
    "an original": "<p>Fine?</p><p>Original</p><p>From: Rome<br>To: Oslo</p>",
    "travel under a line": "<p>Fine?</p><hr><p>From: Rome<br>To: Oslo</p>",
    "memo under a line": "<p>Memo</p><hr><p>To: All staff<br>From: Management<br>Date: 5 May 2012<br>Subject: "
    "boats</p><p>They float.</p>",
    "invoice under a line": "<p>Invoice</p><hr><p>From: Boats Ltd.<br>To: Kim<br>Subject: boat</p><p>Total: 12</p>",
    "journey under a line": "<p>Fine?</p><hr><p>From: Rome<br>To: Oslo<br>Date: 2 April 2012<br>Price: 12</p>",
    "box of which the history was deleted": '<div>Yes.</div><div class="yahoo_quoted"><br></div><div>It floats.'
    "</div><div>Alex</div>",
    "rule in a signature": "<p>Alex</p><hr><p>Boats Ltd.<br>Phone: 123<br>Mail: a@example.org</p>",
    "ticket": "<p><img src=x></p><p>-- Reply above this line --</p><p>Dear Bo,</p><p>it floats.</p>",
    "sent from a place": "<p>Sent from the office in a hurry.</p>",
    "newsletter": '<table><tr><td>Boats!</td></tr><tr><td><a href="x">On sale: 10:30, 2 Apr 2012</a>'
    "</td></tr></table><p>Reply to: boats@example.org</p>",
}


@pytest.mark.parametrize("case", FRESH)
def test_fresh_mail_is_never_cut(case: str) -> None:
    body = FRESH[case]
    assert find_in_html(body, tokenize(body)) is None
