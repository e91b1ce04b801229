"""The state of the tree's construction is that of a browser."""

from __future__ import annotations

import pytest
from html_oracle import open_elements
from html_strategies import documents, soup
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsig.html.quirks import is_quirky
from mailsig.html.tokens import tokenize
from mailsig.html.tree import FRAMESET, IN_BODY, IN_COLUMNS, TEXT, Tree
from mailsig.html.walk import advance, feed, feed_text, leave_page

TEXTS = """
<b>a<p>b</b>c
<b>a<p>b<div>c</b>d
<b><i><u><em>a<p>b</b>c
<b><i>a<p>b</b>c</i>d
<a>a<p>b<a>c
<a>a<div><a>b</a>c
<a>a<table><a>b
<a>a<table><tr><td><a>b</a>c
<table><b>a<tr>b</b>c
<b><table><td>a</b>c<i>d</table>e
<b><b><b><b>a<p>b</b>c
<font size=1><font size=1><font size=1><font size=1>a<p>b
<p><b><font color=red>a</p>b<p>c</font>d
<b><div></b></div></b>a
<b><marquee>a</b>b</marquee>c
<b>a<object><i>b</object>c
<b><applet></b></applet>a
<nobr>a<nobr>b<p>c<nobr>d
<nobr>a<div>b</nobr>c
<i><nobr>a<table><td><nobr>b
<code>a<aside>b<b>c</code>d</b>e
<b><em><foo><foo><aside></b>a
<b><foo><i><bar><u><p></b>a
<button>a<p>b<button>c</button>d
<button><p></button>a
<form>a<div>b</form>c<form>d
<form><table><form><tr><td></form>a
<div></form>a
<form><object></form>a
<li>a<ul><li>b<div><li>c</li>d
<ul><li>a<p>b</ul>c
<dl><dt>a<dd>b<dt>c</dd>d</dl>
<ol><li><ul></li>a
<h1>a<h2>b</h3>c
<h1><div></h2>a
<h1><table><td></h1>a
<p>a<hr>b<p>c<h1>d</h1></p>
<p>a<table>b
<!doctype html><p>a<table>b
<p>a<pre>b<xmp>c</xmp>d
<p>a<plaintext>b</p>
<p><b>a<p>b<plaintext>c
</p>a</br>b</p>
<isindex>a
<form><isindex>a
<image>a
<ruby>a<rt>b<rp>c<div><rt>d
<option>a<option>b<optgroup>c
<select><option>a<optgroup>b<option>c</optgroup>d
<select><optgroup><option>a</option></optgroup>b</select>c
<select><optgroup>a<optgroup>b<b>c</select>d
<select>a<select>b
<select><b><p></p></b><input>a
<select><textarea></textarea>a
<select><option><keygen>a
<select><script>a</script>b</select>
<select><option></optgroup>a
<table><tr><td><select><option><td>a
<table><tr><td><select></table>a
<table><tr><td><select></caption>a</select>b
<table><select><tr><td>a
<table><caption>a<b>b<td>c
<table><caption>a<table>b</caption>c
<table><caption>a<p></table>b
<table><caption><div></caption>a
<table><caption></tr>a</col>
</caption><table><caption><caption>a
<table><col><col>a
<table><colgroup><col> <td>a
<table><colgroup></colgroup></col><tr>
<table><colgroup></col><!-- c --></table>a
<table>a<tr>b<td>c</td>d
<table><tr><td>a</tbody>b</table>c
<table><tr><td>a<tr>b<th>c<tfoot>d<thead><td>e
<table><tbody><caption>a
<table><tbody></table>a
<table><tr></tbody><td>a
<table><tr></thead><td>a
<table><tbody></thead></td><td>a
<table><tr><col><td>a
<table><tr></table>a
<table><tr></td></body><td></html></td>a
<table><td><table><td></th>a</table></table>b
<table><th>a<td>b</th>c</td>d
<table><td>a</caption></body></thead>b</table>
<table></caption></body></tr>a<tr>
<table><input type=hidden><input><td>a
<table><style>a</style><script>b</script><p>c
<table><table>a<td><table>
<table><li>a<li>b<td>c
<table></p><b></b></p>a
<html lang=a><body id=a>b<body id=c><html lang=d>
<head><title>a</title><base><head></p></head></head>b
<head></head><title>a</title><style>b</style><meta><script>c</script>d
<head></head><head></p> <noframes>a</noframes>b
</p></head>a
</br>a
<head></br>a
<head><noscript><style>a</style><link><noscript></p></noscript>b
<head><noscript><title>a</title></noscript>b
<noscript></br>a
<noscript>a</noscript>b
<html> <!-- c --> <head> <!-- c --> </head> <!-- c --> <body> a
<body>a</body> <!-- b --> </html> <!-- c --> &Tab;
<body>a</body></html> b<html id=c>
<body>a</body></p><html></html></html><p>b
<body><object></body></html>a
<body>a</html></body>b
<svg><g><p>a
<svg><g><font>a<font color=x>b
<svg><foreignObject><p>a</foreignObject>b</svg>c
<svg><foreignObject><div><svg><g></div>a
<svg><desc><b>a</desc>b
<svg/>a<math/>b
<svg><g></svg>a
<div><svg><g></div>a
<math><mi>a<b>b</mi>c
<math><mi><mglyph><p>a
<math><annotation-xml><svg><g>a
<math><annotation-xml><p>a
<math><annotation-xml encoding=text/html><p>a
<math><annotation-xml encoding=x><g>a</annotation-xml>b
<svg> 	<title>a</title>b
<table><svg><g></table>a
<p>a<!doctype html><table>b
aNULb
NUL
<table>NUL<td>a
<body>a</body>NUL
<div></section></span>a
<span><div></span>a
<main><li>a<li>b</main>c
<param><source><track>a<embed><wbr>
<template><td>a</template>b
<textarea>
<frameset><frame></frameset>
<p>a<frameset>
<br><frameset>
<head></head><frameset>
<html></foo> &#32;<body>a
<address><p><dd><li>a
""".splitlines()[1:]


@pytest.mark.parametrize("text", [text.replace("NUL", "\0") for text in TEXTS])
def test_the_state_at_the_end_is_that_of_html5lib(text: str) -> None:
    compare(text)


def compare(text: str) -> None:
    try:
        expected = open_elements(text)
    except (AssertionError, IndexError):  # html5lib itself fell over
        return
    tree = state_at_end(text)
    if tree.mode == FRAMESET:  # in which nothing has to be followed
        assert "body" not in expected[0]
    else:
        assert ([n[1] for n in tree.stack], [n[1] for n in tree.active]) == expected


def state_at_end(text: str) -> Tree:
    tokens = tokenize(text)
    tree, at = Tree(text, tokens, frozenset()), 0
    for i, (_, start, end, _) in enumerate(tokens):
        if start > at:
            feed_text(tree, i, at, start)
        feed(tree, i)
        at = end
    if at < len(text):
        feed_text(tree, len(tokens), at, len(text))
    if tree.mode == TEXT:
        tree.pop()
        tree.mode = tree.back
    while tree.mode < IN_BODY:
        leave_page(tree)
    if tree.mode == IN_COLUMNS:
        tree.pop()
    return tree


@settings(max_examples=300, deadline=None)
@given(st.one_of(soup(), documents()))
def test_the_open_elements_are_those_of_html5lib(text: str) -> None:
    if "textarea" not in text.lower():
        compare(text)


@settings(max_examples=200, deadline=None)
@given(st.one_of(soup(), documents()))
def test_the_fast_way_over_the_tokens_is_the_careful_one(text: str) -> None:
    tokens = tokenize(text)
    careful, fast = (Tree(text, tokens, frozenset()) for _ in range(2))
    at = 0
    for i, (_, start, end, _) in enumerate(tokens):
        assert advance(fast, i, i + 1, at) == end
        if start > at:
            feed_text(careful, i, at, start)
        feed(careful, i)
        at = end
        assert (fast.key(), fast.stack) == (careful.key(), careful.stack)
    whole = Tree(text, tokens, frozenset())
    advance(whole, 0, len(tokens), 0)
    assert (whole.key(), whole.stack) == (careful.key(), careful.stack)


DOCTYPES = {
    "<!DOCTYPE html>": False,
    "<!doctype HTML SYSTEM 'about:legacy-compat'>": False,
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://x/">': False,
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://x/">': False,
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">': True,
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">': True,
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN" "x">': True,
    "<!DOCTYPE html PUBLIC 'html'>": True,
    "<!DOCTYPE html x>": True,
    "<!DOCTYPE svg>": True,
    "<!DOCTYPE>": True,
}


@pytest.mark.parametrize(("doctype", "quirks"), DOCTYPES.items())
def test_quirks_mode_follows_from_the_document_type(doctype: str, quirks: bool) -> None:
    assert is_quirky(doctype) is quirks
    text = f"{doctype}<p><table>"
    assert ("p" in [node[1] for node in state_at_end(text).stack]) is quirks
    compare(text)
