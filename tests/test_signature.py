"""Signatures and inline images: what is accepted, what comes of it, what is refused."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from sentinel_tree import tree_less_signature, tree_of

from mailsig import inject
from mailsig.errors import MailsigError
from mailsig.signature import InlineImage, Signature, with_content_ids

PNG = InlineImage(b"\x89PNG", "image/png", "logo.png")


def bare(signature: Signature) -> str:
    """The HTML without the sentinel."""
    return signature.html.replace(f' data-mailsig="{signature.digest}"', "")


# --- HTML


NORMALISED = {
    "own block root stays": ("<div id=a>Jo</div>", '<div id="a">Jo</div>'),
    "table root stays": (
        "<table><tr><td>Jo</table>",
        "<table><tbody><tr><td>Jo</td></tr></tbody></table>",
    ),
    "inline content gets a root": ("<b>Jo</b>", "<div><b>Jo</b></div>"),
    "two blocks get a root": ("<p>Jo<p>Ltd", "<div><p>Jo</p><p>Ltd</p></div>"),
    "text beside a block gets a root": ("Jo<p>Ltd</p>", "<div>Jo<p>Ltd</p></div>"),
    "text behind a block gets a root": ("<p>Jo</p>Ltd", "<div><p>Jo</p>Ltd</div>"),
    "shell is dropped": (
        "<!DOCTYPE html><html><head><title>t</title><meta charset=utf-8></head>"
        "<body bgcolor=red><p>Jo</p></body></html>",
        "<p>Jo</p>",
    ),
    "unclosed tags are closed": ("<div><b>Jo<i>x", "<div><b>Jo<i>x</i></b></div>"),
    "stray end tags go": ("</div></table><p>Jo</p></body>", "<p>Jo</p>"),
    "comment is dropped": ("<p>Jo<!-- <!-- --></p>", "<p>Jo</p>"),
    "unclosed comment is dropped": ("<p>Jo</p><!-- x", "<p>Jo</p>"),
    "conditional comment is dropped": (
        "<p>Jo<!--[if mso]><table><![endif]--><![if !mso]>!<![endif]></p>",
        "<p>Jo!</p>",
    ),
    "processing instruction is dropped": ("<?xml a?><p>Jo</p>", "<p>Jo</p>"),
    "word's empty tags stay": ("<p>Jo<o:p></o:p></p>", "<p>Jo<o:p></o:p></p>"),
    "entities become characters": ("<p>&auml;&middot;</p>", "<p>ä·</p>"),
    "no-break space stays visible": ("<p>a&nbsp;b</p>", "<p>a&nbsp;b</p>"),
    "markup characters are escaped": (
        '<p title="a>\'b">1 < 2 &amp;lt; &gt;</p>',
        '<p title="a&gt;\'b">1 &lt; 2 &amp;lt; &gt;</p>',
    ),
    "cid scheme is lower case": (
        "<p><img src=CID:logo.png></p>",
        '<p><img src="cid:logo.png"></p>',
    ),
    "old sentinel is replaced": ('<p data-mailsig="00">Jo</p>', "<p>Jo</p>"),
    "outlook's sentinel is replaced": ('<p x_data-mailsig="00">Jo</p>', "<p>Jo</p>"),
    "newline in pre survives": ("<pre>\n\nJo</pre>", "<div><pre>\n\nJo</pre></div>"),
    "crlf becomes lf": ("<p>Jo\r\nDoe</p>", "<p>Jo\nDoe</p>"),
    "crlf by reference becomes lf": ("<p>Jo&#13;Doe</p>", "<p>Jo\nDoe</p>"),
    "control characters go": ("<p>J\x01o\u202e!&#x85;</p>", "<p>Jo!…</p>"),
    "block in a paragraph splits it": (
        "<p>Jo<div>Ltd</div>x</p>",
        "<div><p>Jo</p><div>Ltd</div>x<p></p></div>",
    ),
    "link in a link ends the first": (
        "<p><a href=a:1>x<a href=a:2>y</a></a></p>",
        '<p><a href="a:1">x</a><a href="a:2">y</a></p>',
    ),
    "misplaced table content moves out": (
        "<table>x<tr><td>Jo</table>",
        "<div>x<table><tbody><tr><td>Jo</td></tr></tbody></table></div>",
    ),
    "data image stays": (
        '<p><img src="data:image/png;base64,AA=="></p>',
        '<p><img src="data:image/png;base64,AA=="></p>',
    ),
}


@pytest.mark.parametrize(("html", "expected"), NORMALISED.values(), ids=NORMALISED)
def test_html_is_normalised(html: str, expected: str) -> None:
    images = [PNG] if "cid" in html.lower() else []

    assert bare(Signature(html=html, text="x", images=images)) == expected


def test_sentinel_stands_behind_the_root_elements_own_attributes() -> None:
    signature = Signature(html='<div id="mine" class="c">Jo</div>')

    assert signature.html == (
        f'<div id="mine" class="c" data-mailsig="{signature.digest}">Jo</div>'
    )
    assert signature.digest == "c2bffaf0"


REFUSED_HTML = {
    "nothing": ("", "html must show something: it has neither text nor an image"),
    "blank": (
        " <p>&nbsp;</p>",
        "html must show something: it has neither text nor an image",
    ),
    "only a comment": (
        "<!-- a -->",
        "html must show something: it has neither text nor an image",
    ),
    "script": ("<p>x<script>", "html must not hold <script>: mail clients block scripts"),
    "style": (
        "<style>p{}</style>x",
        "html must not hold <style>: its rules would reach the author's mail; use style "
        "attributes",
    ),
    "stylesheet": (
        "<link rel=stylesheet href=a.css>x",
        'html must not hold <link rel="stylesheet">: its rules would reach the author\'s '
        "mail; use style attributes",
    ),
    "refresh": (
        "<meta http-equiv=Refresh content=0>x",
        'html must not hold <meta http-equiv="refresh">',
    ),
    "base": (
        "<base href=x>x",
        "html must not hold <base>: it would bend the links of the author's mail",
    ),
    "iframe": (
        "<iframe src=x></iframe>x",
        "html must not hold <iframe>: mail clients block it; link to it instead",
    ),
    "form": (
        "<form>x</form>",
        "html must not hold <form>: mail clients drop or block form fields",
    ),
    "svg": (
        "<svg><a/></svg>x",
        "html must not hold <svg>: mail clients drop it; use an image",
    ),
    "textarea": (
        "x<textarea>",
        "html must not hold <textarea>: mail clients drop or block form fields",
    ),
    "plaintext": (
        "x<plaintext>",
        "html must not hold <plaintext>: it would change how the mail around it is read",
    ),
    "handler": (
        "<p onClick=x>x",
        "html must not hold event handlers, got onclick on <p>",
    ),
    "script address": (
        "<a href=' java\nscript:x'>x</a>",
        "html must not hold addresses that run code, got ' java\\nscript:x' as href of <a>",
    ),
    "script address by reference": (
        "<a href='&#106;avascript:x'>x</a>",
        "html must not hold addresses that run code, got 'javascript:x' as href of <a>",
    ),
    "html data address": (
        "<a href='data:text/html,x'>x</a>",
        "html must not hold addresses that run code, got 'data:text/html,x' as href of <a>",
    ),
    "css expression": (
        "<p style='width:expression(x)'>x",
        "html must not hold styles that run code, got 'width:expression(x)'",
    ),
    "odd attribute": (
        '<p a"b>x',
        "html must name its attributes in ASCII letters, got 'a\"b' on <p>",
    ),
    "odd element": (
        "<p><x<y>x",
        "html must name its elements in ASCII letters, got <x<y>",
    ),
    "stray list item": ("<li>x", "html must hold <li> inside of its list"),
    "stray definition": ("<div><dd>x</div>", "html must hold <dd> inside of its list"),
    "deep": ("<div>" * 102 + "x", "html must not nest more than 100 elements"),
    "NUL": ("<p>x\x00", "html must not hold NUL, got one at 4"),
    "surrogate": ("<p>x\ud800", "html must not hold lone surrogates, got one at 4"),
    "bytes": (b"<p>x", "html must be a str, got bytes"),
    "long": ("x" * 200_001, "html must have at most 200000 characters, got 200001"),
    "image without data": (
        "<img src=cid:a>",
        "html refers to cid:a, but no image has that name",
    ),
    "css image without data": (
        "<p style=\"background: url( 'cid:a')\">x",
        "html refers to cid:a, but no image has that name",
    ),
}


@pytest.mark.parametrize(("html", "words"), REFUSED_HTML.values(), ids=REFUSED_HTML)
def test_html_is_refused(html: str, words: str) -> None:
    with pytest.raises(MailsigError) as refusal:
        Signature(html=html, text="x")

    assert str(refusal.value) == words


# --- what a fragment does to the mail around it


SCRAPS = (
    "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<a href='x:y'>", "</a>", "<table>",
    "<tr>", "<td>", "</td>", "</table>", "<ul>", "<li>", "</ul>", "<font color=red>",
    "</font>", "<!--", "-->", "<!-->", "<", ">", "&", "&amp", "&#60;", "'", '"', "<br>",
    "<img alt='a>b' src=x>", "<pre>", "\n", "</pre>", "text", " ", "ü", "<h1>", "</h1>",
    "<i/>", "</body>", "<center>", "</html>", "<body>", "<dl>", "<dt>", "<dd>", "<caption>",
    "<span title='<!--'>", "</span>", "<col>", "<th>", "<hr>", "<![CDATA[", "]]>", "<o:p>",
    "</o:p>", "<u>", "<s>", "<tbody>",
)  # fmt: skip


def is_same_mail(before: str, fragment: str, after: str, doctype: str) -> bool:
    """Whether a browser's tree of the mail, less one element, is the tree before."""
    signed = tree_less_signature(doctype + before + fragment + after)
    return signed == tree_of(doctype + before + after)


@given(st.lists(st.sampled_from(SCRAPS), max_size=14).map("".join), st.booleans())
def test_accepted_html_changes_nothing_around_it(html: str, has_doctype: bool) -> None:
    try:
        signature = Signature(html=html, text="x")
    except MailsigError:
        return
    doctype = "<!DOCTYPE html>" if has_doctype else ""
    for source in (signature.html, signature.html_ascii):
        assert is_same_mail("<p>before</p>", source, "<p>after</p>", doctype)
        assert is_same_mail("<ul><li>before<div>", source, "</div>x<li>after", doctype)
        assert is_same_mail("<table><td><b>x</b>", source, "<td>after</table>z", doctype)


@given(st.lists(st.sampled_from(SCRAPS), max_size=14).map("".join))
def test_normalising_twice_is_normalising_once(html: str) -> None:
    try:
        once = Signature(html=html, text="x")
    except MailsigError:
        return
    twice = Signature(html=once.html, text="x")

    assert twice == once
    assert twice.digest == once.digest


TOO_MANY = "html must not give an element more than 500 attributes"
TOO_DEEP = "html must not nest more than 100 elements"
COSTLY = {
    "blocks": ("<div>" * 30_000 + "x", TOO_DEEP),
    "formatting": ("<p><b>x" * 20_000, TOO_DEEP),
    "tables": ("<table><tr><td>" * 10_000 + "x", TOO_DEEP),
    "attributes": (f"<p {' '.join(f'a{n}=1' for n in range(20_000))}>x", TOO_MANY),
    "of an end tag": (f"<p>x</p {' '.join(f'a{n}' for n in range(20_000))}>", TOO_MANY),
}


@pytest.mark.parametrize(("html", "words"), COSTLY.values(), ids=COSTLY)
def test_costly_html_is_refused_before_it_is_parsed(
    html: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parser would take up to a minute for it."""
    monkeypatch.setattr("html5lib.parseFragment", None)
    with pytest.raises(MailsigError, match=words):
        Signature(html=html)


@pytest.mark.parametrize("unit", ["<p>x", "<li>x", "<p><b>x</b></p>", "<div><i>x</div>"])
def test_many_elements_that_end_are_taken(unit: str) -> None:
    assert Signature(html=f"<ul>{unit * 600}</ul>").text.count("x") == 600


def test_html_that_is_read_in_two_ways_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailsig.fragment.normalise._stands_alone", lambda source: False)

    with pytest.raises(MailsigError) as refusal:
        Signature(html="<p>Jo")

    assert str(refusal.value) == (
        "html must be read the same by every browser wherever it stands: close its tags "
        "in order, and keep table and list parts inside of their table or list"
    )


def test_a_comment_cannot_swallow_the_mail() -> None:
    signature = Signature(html='<p title="<!--">a &lt;!-- b</p>')

    assert "<!--" not in signature.html


# --- long lines


def longest(text: str) -> int:
    return max(map(len, text.split("\n")))


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<p>" + "word " * 900 + "</p>", id="words"),
        pytest.param("<p>" + "wörd " * 900 + "</p>", id="words that grow as references"),
        pytest.param("<p>" + "<b>x</b>" * 900 + "</p>", id="tags"),
        pytest.param("<p>" + "x<br>" * 900 + "</p>", id="breaks"),
        pytest.param(f"<p style='{'color: red; ' * 300}'>x</p>", id="declarations"),
        pytest.param(
            "<p " + " ".join(f"a{i}=xxxxxx" for i in range(300)) + ">x</p>", id="attributes"
        ),
        pytest.param("<div><pre>" + "<b>x </b>" * 900 + "</pre></div>", id="tags in pre"),
    ],
)
def test_lines_stay_below_the_limit_of_smtp(html: str) -> None:
    signature = Signature(html=html)
    again = Signature(html=signature.html, text=signature.text)

    assert longest(signature.html_ascii) <= 990
    assert longest(signature.html) <= 990
    assert again == signature
    assert again.digest == signature.digest
    seen, given = (BeautifulSoup(source, "html5lib") for source in (signature.html, html))
    assert seen.get_text().replace("\n", " ") == given.get_text()


@pytest.mark.parametrize("tag", ["pre", "p style='white-space: pre-wrap'"])
def test_blanks_that_show_are_never_broken(tag: str) -> None:
    signature = Signature(html=f"<div><{tag}>{'word ' * 300}", text="x")

    assert "word " * 300 in signature.html


def test_text_without_blanks_keeps_its_long_line() -> None:
    assert "x" * 2000 in Signature(html="<p>" + "x" * 2000).html


# --- text to HTML


LINKED = {
    "escaped": ('Jo <b> & "Co"', "<div>Jo &lt;b&gt; &amp; &quot;Co&quot;</div>"),
    "lines": ("Jo\n\nLtd", "<div>Jo<br>\n<br>\nLtd</div>"),
    "web address": (
        "see https://x.example/?a=b&c=d.",
        '<div>see <a href="https://x.example/?a=b&amp;c=d">'
        "https://x.example/?a=b&amp;c=d</a>.</div>",
    ),
    "www": (
        "www.x.example,",
        '<div><a href="http://www.x.example">www.x.example</a>,</div>',
    ),
    "upper case": ("HTTP://X.EX", '<div><a href="HTTP://X.EX">HTTP://X.EX</a></div>'),
    "address": (
        "E: jo+a@x.example.",
        '<div>E: <a href="mailto:jo+a@x.example">jo+a@x.example</a>.</div>',
    ),
    "mailto": ("mailto:jo@x.ex", '<div><a href="mailto:jo@x.ex">mailto:jo@x.ex</a></div>'),
    "in angle brackets": (
        "web <http://x.ex>",
        '<div>web &lt;<a href="http://x.ex">http://x.ex</a>&gt;</div>',
    ),
    "in brackets": ("(http://x.ex)", '<div>(<a href="http://x.ex">http://x.ex</a>)</div>'),
    "brackets of its own": (
        "http://x.ex/a_(b)",
        '<div><a href="http://x.ex/a_(b)">http://x.ex/a_(b)</a></div>',
    ),
    "two in a line": (
        "a@x.ex http://x.ex",
        '<div><a href="mailto:a@x.ex">a@x.ex</a> <a href="http://x.ex">http://x.ex</a></div>',
    ),
    "scheme alone": ("http://. www.. mailto:!", "<div>http://. www.. mailto:!</div>"),
    "no link": ("javascript:alert(1) a@b", "<div>javascript:alert(1) a@b</div>"),
    "blanks": (
        "  a   b\n\tc",
        "<div>&nbsp; a&nbsp;&nbsp; b<br>\n&nbsp;&nbsp;&nbsp; c</div>",
    ),
}


@pytest.mark.parametrize(("text", "expected"), LINKED.values(), ids=LINKED)
def test_text_becomes_html(text: str, expected: str) -> None:
    assert bare(Signature(text=text)) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_html_of_a_text_is_what_normalising_it_gives(text: str) -> None:
    try:
        signature = Signature(text=text.replace("\x00", ""))
    except MailsigError:
        return

    assert Signature(html=signature.html, text=signature.text).html == signature.html


def test_text_needs_no_html_parser() -> None:
    program = (
        "import sys; from mailsig.signature import Signature; Signature(text='Jo');"
        "print(sorted({'bs4', 'html5lib', 'lxml'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"


# --- HTML to text


RENDERED = {
    "link": ("<a href='https://x.ex/a'>web</a>", "web <https://x.ex/a>"),
    "label is the address": ("<a href='https://x.ex/'>x.ex</a>", "x.ex"),
    "label is the mail address": ("<a href='mailto:a@x.ex'>a@x.ex</a>", "a@x.ex"),
    "label is the number": ("<a href='tel:+4912'>+49 1-2</a>", "+49 1-2"),
    "mail": ("<a href='mailto:a@x.ex'>mail</a>!", "mail <a@x.ex>!"),
    "link without a label": (
        "<b>x</b> <a href='https://x.ex'><img src=a></a>",
        "x <https://x.ex>",
    ),
    "link inside the mail": ("<a href='#top'>top</a>", "top"),
    "image": ("Jo <img src='a:b' alt='Logo'> x<img src='a:c'>", "Jo Logo x"),
    "blocks": ("<p>Jo<p>Ltd<div>x</div>", "Jo\nLtd\nx"),
    "blanks collapse": ("<p> Jo \n <b> Doe </b> </p>", "Jo Doe"),
    "breaks": ("Jo<br>Ltd<br><br>x", "Jo\nLtd\n\nx"),
    "empty paragraph is a blank line": ("<p>Jo<p>&nbsp;<p>&nbsp;<p>x", "Jo\n\nx"),
    "cells": ("<table><tr><td>T<td>1<tr><td>M<td>2</table>", "T  1\nM  2"),
    "tall cells": ("<table><tr><td>Jo<br>CEO<td>Ltd<br>Rd</table>", "Jo\nCEO\nLtd\nRd"),
    "hidden": ("Jo<p style='display: none'>x</p><p hidden>y</p>", "Jo"),
    "pre": ("<pre>a  b\n c</pre>", "a  b\n c"),
    "list": ("<ul><li>a<li>b</ul>", "a\nb"),
}


@pytest.mark.parametrize(("html", "expected"), RENDERED.values(), ids=RENDERED)
def test_html_becomes_text(html: str, expected: str) -> None:
    assert Signature(html=html).text == expected


DELIMITED = {
    "a line": "-- <br>Jo<br>Ltd",
    "a paragraph": "<p>--&nbsp;</p><p>Jo</p><p>Ltd</p>",
    "of Gmail": "<div><span>-- </span><br><div dir='ltr'>Jo<div>Ltd</div></div></div>",
}


@pytest.mark.parametrize("html", DELIMITED.values(), ids=DELIMITED)
def test_a_delimiter_of_the_html_is_not_doubled_in_its_text(html: str) -> None:
    signature = Signature(html=html)
    assert (signature.text, signature.own_delimiter) == ("Jo\nLtd", True)
    raw = b"Subject: x\r\n\r\nHello\r\n"
    assert inject(raw, signature).message == raw + b"\r\n-- \r\nJo\r\nLtd\r\n"


@pytest.mark.parametrize(
    "html", ["<img src='https://x.ex/a.png'>", "<p>&#8203;</p>", "<p>-- </p>"]
)
def test_html_without_text_needs_a_text(html: str) -> None:
    with pytest.raises(MailsigError) as refusal:
        Signature(html=html)

    assert str(refusal.value) == (
        "text must be given: html shows no text to derive it from"
    )


# --- text


TEXTS = {
    "line ends": ("a\r\nb\rc\u2028d", "a\nb\nc\nd", False),
    "trailing blanks": ("a \nb\t\u00a0\n", "a\nb", False),
    "blank lines around": ("\n \na\n\nb\n\n", "a\n\nb", False),
    "delimiter": ("-- \nJo", "Jo", True),
    "delimiter without its blank": ("\r\n--\r\n\r\nJo", "Jo", True),
    "dashes later": ("Jo\n-- \nx", "Jo\n--\nx", False),
    "controls go": ("J\x07o\x7f\x9b", "Jo", False),
    "bidi overrides go": ("\u202eoJ\u2066", "oJ", False),
    "bidi marks stay": ("\u200fJo", "\u200fJo", False),
    "indentation stays": ("Jo\n  Ltd", "Jo\n  Ltd", False),
}


@pytest.mark.parametrize(("given", "expected", "own_delimiter"), TEXTS.values(), ids=TEXTS)
def test_text_is_normalised(given: str, expected: str, own_delimiter: bool) -> None:
    signature = Signature(text=given)

    assert (signature.text, signature.own_delimiter) == (expected, own_delimiter)


REFUSED = {
    "neither": ({}, "a signature needs html or text, got neither"),
    "blank text": ({"text": " \n"}, "text must not be blank"),
    "only a delimiter": ({"text": "-- \n"}, "text must not be blank"),
    "nothing to see": ({"text": "\u200b\n\xad"}, "text must not be blank"),
    "text bytes": ({"text": b"x"}, "text must be a str, got bytes"),
    "text NUL": ({"text": "x\x00"}, "text must not hold NUL, got one at 1"),
    "text surrogate": (
        {"text": "\udc80"},
        "text must not hold lone surrogates, got one at 0",
    ),
    "long text": (
        {"text": "x" * 200_001},
        "text must have at most 200000 characters, got 200001",
    ),
    "images with text only": (
        {"text": "x", "images": [PNG]},
        "images need html that shows them, got text only",
    ),
    "image not shown": (
        {"html": "x", "images": [PNG]},
        "html must show every image, got no cid:logo.png",
    ),
    "image in the text only": (
        {"html": "cid:logo.png", "images": [PNG]},
        "html must show every image, got no cid:logo.png",
    ),
    "two images of a name": (
        {"html": "x", "images": [PNG, PNG]},
        "images must have different names, got 'logo.png' twice",
    ),
    "no image": ({"html": "x", "images": ["a"]}, "images must hold InlineImage, got str"),
    "no images": (
        {"html": "x", "images": 1},
        "images must be a sequence of InlineImage, got int",
    ),
    "images too large": (
        {
            "html": "<img src=cid:a><img src=cid:b>",
            "images": [InlineImage(bytes(2_500_001), "image/gif", n) for n in "ab"],
        },
        "images must hold at most 5000000 octets together, got 5000002",
    ),
    "reply of another type": (
        {"text": "x", "reply": "y"},
        "reply must be a Signature, got str",
    ),
    "nested reply": (
        {"text": "x", "reply": Signature(text="y", reply=Signature(text="z"))},
        "reply must not have a reply of its own",
    ),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=REFUSED)
def test_signature_is_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(MailsigError) as refusal:
        Signature(**arguments)  # type: ignore[arg-type]

    assert str(refusal.value) == words


NAME_RULE = (
    "name must be 1 to 64 ASCII letters, digits, '.', '_' and '-', a letter or digit at "
    "either end, got "
)
REFUSED_IMAGES = {
    "text as data": (("x", "image/png", "a"), "data must be bytes, got str"),
    "no data": ((b"", "image/png", "a"), "data must hold 1 to 5000000 octets, got 0"),
    "large": (
        (bytes(5_000_001), "image/png", "a"),
        "data must hold 1 to 5000000 octets, got 5000001",
    ),
    "upper case": (
        (b"x", "image/PNG", "a"),
        "media_type must be a lower-case image/…, got 'image/PNG'",
    ),
    "parameter": (
        (b"x", "image/png; a=b", "a"),
        "media_type must be a lower-case image/…, got 'image/png; a=b'",
    ),
    "other type": (
        (b"x", "text/html", "a"),
        "media_type must be a lower-case image/…, got 'text/html'",
    ),
    "no name": ((b"x", "image/png", ""), NAME_RULE + "''"),
    "name with an at": ((b"x", "image/png", "a@b"), NAME_RULE + "'a@b'"),
    "name with a newline": ((b"x", "image/png", "a\n"), NAME_RULE + "'a\\n'"),
    "name of another type": ((b"x", "image/png", 1), NAME_RULE + "1"),
}


@pytest.mark.parametrize(
    ("arguments", "words"), REFUSED_IMAGES.values(), ids=REFUSED_IMAGES
)
def test_image_is_refused(arguments: tuple[object, ...], words: str) -> None:
    with pytest.raises(MailsigError) as refusal:
        InlineImage(*arguments)  # type: ignore[arg-type]

    assert str(refusal.value) == words


# --- images


def test_references_are_listed_once_in_order() -> None:
    images = [InlineImage(b"x", "image/png", name) for name in ("a", "b.c")]
    signature = Signature(
        html="<p style='background:url(cid:b.c)'><img src=cid:a><img src='cid:a'>cid:z</p>",
        images=images,
    )

    assert signature.cids == ("b.c", "a")
    assert signature.images == tuple(images)


def test_references_take_the_content_ids_of_a_message() -> None:
    signature = Signature(
        html="<p style=\"background:url('cid:a')\">ä cid:a <img src=cid:a></p>",
        text="x",
        images=[InlineImage(b"x", "image/png", "a")],
    )

    assert with_content_ids(signature.html_ascii, {"a": "n@h"}) == (
        f'<p style="background:url(\'cid:n@h\')" data-mailsig="{signature.digest}">'
        '&#228; cid:a <img src="cid:n@h"></p>'
    )
    assert "ä cid:a" in with_content_ids(signature.html, {"a": "n@h"})


# --- values


def test_signatures_compare_and_hash_by_content() -> None:
    one, same, other = Signature(text="Jo"), Signature(text="Jo\r\n"), Signature(text="Jim")

    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one.digest != other.digest


def test_digest_changes_with_the_images() -> None:
    digests = {
        Signature(html="<img src=cid:a>", text="x", images=[image]).digest
        for image in (
            InlineImage(b"x", "image/png", "a"),
            InlineImage(b"y", "image/png", "a"),
            InlineImage(b"x", "image/gif", "a"),
        )
    }

    assert len(digests) == 3


def test_signatures_are_values() -> None:
    signature = Signature(html="<p>Jö</p>", reply=Signature(text="J"))

    assert copy.deepcopy(copy.copy(signature)) == signature
    assert pickle.loads(pickle.dumps(signature)) == signature
    assert pickle.loads(pickle.dumps(signature)).html_ascii == signature.html_ascii
    assert dataclasses.replace(signature, text="new").text == "new"
    with pytest.raises(dataclasses.FrozenInstanceError):
        signature.text = "new"  # type: ignore[misc]


def test_signatures_can_be_built_in_many_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(lambda _: Signature(html="<p>Jo<b>x"), range(20)))

    assert set(built) == {Signature(html="<p>Jo<b>x")}


def test_lines_are_those_that_say_something() -> None:
    assert Signature(text="Jo  Doe\n---\nX LTD").lines == ("jodoe", "xltd")


def test_repr_is_short() -> None:
    signature = Signature(text="x" * 100)

    assert repr(signature) == f"<Signature {signature.digest} '{'x' * 39}…'>"
    assert repr(PNG) == "InlineImage(media_type='image/png', name='logo.png')"


def test_ascii_forms() -> None:
    signature = Signature(html="<p>Jörg 😀", text="Jörg 😀")

    assert "J&#246;rg &#128512;" in signature.html_ascii
    assert signature.text_ascii == "Jorg"
