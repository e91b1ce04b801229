"""Markers: found however a client split them, replaced by the signature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentinel_tree import tree_less_signature, tree_of

from mailsig.html.skim import skim
from mailsig.html.tokens import tokenize
from mailsig.marker import find_in_html, find_in_text, replacements, replacements_in_text

MARKER = "{EMAILSIGNATURE}"
SIGNATURE = '<div data-mailsig="x">S</div>'


def found_in_html(html: str, marker: str = MARKER) -> list[str]:
    """The source of each marker found."""
    html = f"{html}<p></p>"  # a page in pieces ends with a tag
    tokens, whole = tokenize(html), [(0, len(html))]
    found = find_in_html(html, tokens, marker, whole)
    assert find_in_html(html, tokens, marker, whole, skim(html)) == found
    return [html[each.start : each.end] for each in found]


def spans_in_text(
    text: str, marker: str, authored: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in find_in_text(text, marker, authored)]


def replaced(html: str, signature: str | None = SIGNATURE, marker: str = MARKER) -> str:
    tokens = tokenize(html)
    found = find_in_html(html, tokens, marker, [(0, len(html))])
    return applied(html, replacements(html, tokens, found, signature))


def applied(text: str, edits: list[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, new in edits:
        assert at <= start <= end
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


# --- finding


IN_HTML = {
    "whole": "<p>a {EMAILSIGNATURE} b</p>",
    "without tags": "{EMAILSIGNATURE}",
    "lower case": "<p>{EmailSignature}</p>",
    "split by tags": "<p><b>{EMAILSIG</b><b>NATURE}</b></p>",
    "split at every letter": "<p>" + "".join(f"<i>{letter}</i>" for letter in MARKER),
    "split by a comment": "<p>{EMAIL<!-- } -->SIGNATURE}</p>",
    "split by spell checking": "<p>{<i class=SpellE title='>'>EMAILSIGNATURE</i>}</p>",
    "split by a soft break": "<p>{EMAIL<wbr>SIGNATURE}</p>",
    "decimal reference": "<p>&#123;EMAILSIGNATURE&#125;</p>",
    "decimal reference with zeros": "<p>&#00123EMAILSIGNATURE&#125</p>",
    "hexadecimal reference": "<p>&#x7B;EMAILSIGNATURE&#X7d;</p>",
    "named reference": "<p>&lbrace;EMAILSIGNATURE&rcub;</p>",
    "letter as reference": "<p>{&#69;MAIL&#x73;IGNATURE}</p>",
    "zero width space": "<p>{\u200bEMAIL\u200b\u200bSIGNATURE\ufeff}</p>",
    "soft hyphen": "<p>{EMAIL\u00adSIGNA&shy;TURE}</p>",
    "zero width by reference": "<p>{EMAIL&#8203;SIG&zwnj;NATURE&#x200d;}</p>",
    "all of it": "<p>&#123;<b>E</b>\u200b&#109;AIL&shy;<i>SIGNATURE</i>&rbrace;</p>",
    "behind a false start": "<p>{{{EMAIL{EMAILSIGNATURE}</p>",
    "in a link": "<p><a href='#'>{EMAILSIGNATURE}</a></p>",
    "in a cell": "<table><td>{EMAILSIGNATURE}",
}
NOT_IN_HTML = {
    "link target": "<a href='{EMAILSIGNATURE}'>x</a>",
    "comment": "<!-- {EMAILSIGNATURE} -->",
    "script": "<script>{EMAILSIGNATURE}</script>",
    "style": "<style>{EMAILSIGNATURE}</style>",
    "title": "<title>{EMAILSIGNATURE}</title>",
    "textarea": "<textarea>{EMAILSIGNATURE}</textarea>",
    "tag name": "<x{EMAILSIGNATURE}>",
    "begins in a comment": "<!--{-->EMAILSIGNATURE}",
    "ends in an attribute": "{EMAILSIGNATURE<b title='}'>",
    "two paragraphs": "<p>{EMAIL</p><p>SIGNATURE}</p>",
    "two lines": "<p>{EMAIL<br>SIGNATURE}</p>",
    "a picture between": "<p>{EMAIL<img>SIGNATURE}</p>",
    "blank in it": "<p>{EMAIL SIGNATURE}</p>",
    "newline in it": "<p>{EMAIL\nSIGNATURE}</p>",
    "other word": "<p>{EMAILSIGNATURES}</p>",
    "cut": "<p>{EMAILSIGNATURE",
    "cut in a reference": "<p>{EMAILSIGNATURE&#12",
    "long reference": "<p>&#" + "9" * 5000 + ";EMAILSIGNATURE}",
    "turkish i": "<p>{EMA\u0130LS\u0131GNATURE}</p>",
    "long s": "<p>{EMAIL\u017fIGNATURE}</p>",
    "nothing": "",
    "unfinished tag": "<p {EMAILSIGNATURE}",
}


@pytest.mark.parametrize("html", IN_HTML.values(), ids=IN_HTML)
def test_marker_is_found_in_html(html: str) -> None:
    assert len(found_in_html(html)) == 1
    assert find_in_html(html, tokenize(html), MARKER, [(0, 3), (4, 8)]) == []


@pytest.mark.parametrize("html", NOT_IN_HTML.values(), ids=NOT_IN_HTML)
def test_marker_is_not_found_in_html(html: str) -> None:
    assert found_in_html(html) == []


def test_marker_is_where_its_first_and_last_characters_are() -> None:
    html = "<p><b>x{EMAILSIG</b><b>NATURE&#125;</b></p>"

    assert found_in_html(html) == ["{EMAILSIG</b><b>NATURE&#125;"]


def test_markers_are_found_in_the_authored_ranges_only() -> None:
    html = "{EMAILSIGNATURE}<blockquote>{EMAILSIGNATURE}</blockquote>{EMAILSIGNATURE}"
    authored = [(0, 16), (57, 73)]

    found = find_in_html(html, tokenize(html), MARKER, authored)

    assert [(each.start, each.end, each.limit) for each in found] == [
        (0, 16, 16),
        (57, 73, 73),
    ]
    assert spans_in_text(html, MARKER, authored) == authored


def test_markers_are_found_in_order_however_they_are_spelt() -> None:
    assert found_in_html("{M} &#123;M} {M} &lbrace;M}", "{M}") == [
        "{M}", "&#123;M}", "{M}", "&lbrace;M}"
    ]  # fmt: skip


def test_markers_do_not_overlap() -> None:
    assert found_in_html("abababab", "aba") == ["aba", "aba"]
    assert spans_in_text("abababab", "aba", [(0, 8)]) == [(0, 3), (4, 7)]


def test_a_range_that_cuts_a_marker_does_not_hold_it() -> None:
    assert find_in_html("{EMAILSIGNATURE}", [], MARKER, [(0, 15)]) == []
    assert find_in_html("{EMAILSIGNATURE}", [], MARKER, [(1, 16)]) == []
    assert spans_in_text("{EMAILSIGNATURE}", MARKER, [(0, 15), (1, 16)]) == []


OTHER_MARKERS = {
    "blanks": ("[my  sig]", "<p>[my&nbsp;\n <b>\u200b</b>sig]</p>"),
    "letters": ("SIGHERE", "<p>s<b>igh</b>ere</p>"),
    "ampersand": ("&sig&", "<p>&amp;SI<b>G&</b>"),
    "markup": ("<sig>", "<p>&lt;sig&gt;</p>"),
    "doubled": ("{{sig}}", "<p>{{<b>sig</b>}}</p>"),
    "regular expression": (".*+(", "<p>.*+(</p>"),
    "not ASCII": ("«ÄB»", "<p>&laquo;<i>&Auml;</i>b»</p>"),
}


@pytest.mark.parametrize(("marker", "html"), OTHER_MARKERS.values(), ids=OTHER_MARKERS)
def test_any_marker_is_found(marker: str, html: str) -> None:
    assert len(found_in_html(html, marker)) == 1


IN_TEXT = {
    "whole": ("a {EMAILSIGNATURE} b", [(2, 18)]),
    "any case": ("{emailSIGNATURE}", [(0, 16)]),
    "invisible characters": ("{EMAIL\u200bSIG\u00ad\ufeffNATURE}", [(0, 19)]),
    "twice": ("{EMAILSIGNATURE}{EMAILSIGNATURE}", [(0, 16), (16, 32)]),
    "wrapped": ("{EMAIL\r\nSIGNATURE}", []),
    "markup is no markup here": ("{EMAIL<b></b>SIGNATURE}", []),
    "dotted i": ("{EMA\u0130LSIGNATURE}", []),
    "none": ("", []),
}


@pytest.mark.parametrize(("text", "spans"), IN_TEXT.values(), ids=IN_TEXT)
def test_marker_in_text(text: str, spans: list[tuple[int, int]]) -> None:
    assert spans_in_text(text, MARKER, [(0, len(text))]) == spans


def test_a_blank_of_the_marker_may_be_a_line_end() -> None:
    assert spans_in_text("x [My \r\n\u200b Sig]", "[my sig]", [(0, 99)]) == [(2, 14)]


def test_no_marker_is_never_found() -> None:
    assert spans_in_text("x", "", [(0, 1)]) == []
    assert find_in_html("x", [], "", [(0, 1)]) == []


BETWEEN = (
    "", "\u200b", "\u2060", "\ufeff", "\u00ad", "&shy;", "&#8203;", "&#x200D;", "<b>",
    "</b>", "<span title='{x}'>", "</font>", "<!-- {E -->", "<o:p></o:p>", "<wbr>", "<?x?>",
)  # fmt: skip


def spelt(letter: str) -> st.SearchStrategy[str]:
    point = ord(letter)
    return st.sampled_from(
        (letter, letter.lower(), f"&#{point};", f"&#0{point};", f"&#x{point:X};")
    )


SPLIT_MARKERS = st.tuples(
    *(
        st.tuples(spelt(letter), st.sampled_from(BETWEEN)).map("".join)
        for letter in MARKER[:-1]
    )
).map("".join)


@given(st.text("{eE}<b>&#; \n"), SPLIT_MARKERS, st.sampled_from(["x", "}", "</p>", "<!--"]))
def test_marker_is_found_however_it_is_split(before: str, marker: str, after: str) -> None:
    html = f"{before.replace('<', '')} {marker}}}{after}"

    assert f"{marker}}}" in found_in_html(html)


@given(st.lists(st.sampled_from((*BETWEEN, *MARKER, "{EMAIL", "<p>", "&#", "<!--"))))
def test_finding_never_raises_and_markers_never_overlap(pieces: list[str]) -> None:
    html = "".join(pieces)
    tokens = tokenize(html)
    found = find_in_html(html, tokens, MARKER, [(0, len(html))])

    ends = [0, *(each.end for each in found)]
    assert all(end <= each.start for end, each in zip(ends, found, strict=False))
    applied(html, replacements(html, tokens, found, SIGNATURE))


# --- replacing in HTML


REPLACED = {
    "in a div": ("<div>{M}</div>", "<div>S</div>"),
    "in a cell": ("<table><td>a {M}<td>b", "<table><td>a S<td>b"),
    "on a line of a div": ("<div>a<br>{M}<br>b</div>", "<div>a<br>S<br>b</div>"),
    "without markup": ("a {M} b", "a S b"),
    "alone in a paragraph": ("<div><p>{M}</p>x", "<div>Sx"),
    "alone in a formatted paragraph": (
        "<p class=MsoNormal><b><span lang=DE>{M}</span></b><o:p>&nbsp;</o:p><br></p>x",
        "Sx",
    ),
    "alone in a paragraph, split": ("<p><b>{</b><i>M}</i></p>x", "Sx"),
    "alone with an empty comment": ("<p><!--[if x]>a<![endif]-->{M}</p>x", "Sx"),
    "twice in a paragraph": ("<p>{M} {M}</p>x", "Sx"),
    "last in a paragraph": ("<p>a {M}</p>x", "<p>a </p>Sx"),
    "inside of a paragraph": ("<p>a {M} b</p>x", "<p>a  b</p>Sx"),
    "first in a paragraph": ("<p>{M}<br>b</p>x", "<p><br>b</p>Sx"),
    "with a picture": ("<p>{M}<img></p>x", "<p><img></p>Sx"),
    "formatted in a paragraph": ("<p>a <b>{M}</b></p>x", "<p>a <b></b></p>Sx"),
    "split in a paragraph": ("<p>a <b>{</b><b>M}</b></p>x", "<p>a <b></b><b></b></p>Sx"),
    "in a paragraph that opens formatting": ("<p><b>{M}</p>x</b>", "<p><b></p>Sx</b>"),
    "alone in an unclosed paragraph": ("<p>{M}\n<p>x", "S<p>x"),
    "in an unclosed paragraph": ("<p>a {M}\n<p>x", "<p>a \nS<p>x"),
    "in a paragraph closed by its div": ("<div><p>a {M}</div>x", "<div><p>a S</div>x"),
    "alone in the last paragraph": ("<p>{M}", "S"),
    "in a link": ("<div>a <a href=x>{M}</a> b</div>", "<div>a <a href=x></a>S b</div>"),
    "formatted": ("<div><b>{M}</b></div>", "<div><b></b>S</div>"),
    "formatted twice": (
        "<div><b>a <i>{M}</i> b</b> c</div>",
        "<div><b>a <i></i> b</b>S c</div>",
    ),
    "split and formatted": ("<div><b>{</b><b>M}</b></div>", "<div><b></b><b></b>S</div>"),
    "formatting of the whole mail": (
        "<font>a<br>{M}<br>b<div>c</div></font>",
        "<font>a<br>S<br>b<div>c</div></font>",
    ),
    "formatting of some lines": (
        "<div><b>a<br>{M}<br>b</b></div>",
        "<div><b>a<br>S<br>b</b></div>",
    ),
    "before a table": ("<p>{M}<table><td>a</table>", "<p>S<table><td>a</table>"),
    "unclosed formatting": ("<div><b>a {M}</div>b", "<div><b>a S</div>b"),
    "misnested formatting": (
        "<div><b><i>{M}</b></i> c</div>",
        "<div><b><i></b></i>S c</div>",
    ),
    "twice": ("<div>{M}</div><p>b {<i>M</i>}</p>", "<div>S</div><p>b <i></i></p>"),
    "twice on the way": ("<p>a {M} b {M}</p><p>{M}</p>", "<p>a  b </p>S<p></p>"),
    "in a list": ("<ul><li>{M}</ul>", "<ul><li>S</ul>"),
    "behind a closed paragraph": ("<div><p>a</p>{M}</div>", "<div><p>a</p>S</div>"),
    "behind formatting": ("<div><b>a</b> <i>{M}</i></div>", "<div><b>a</b> <i></i>S</div>"),
    "formatting opens behind it": (
        "<div><b>{M}<i>a</i></b></div>",
        "<div><b><i>a</i></b>S</div>",
    ),
    "in a paragraph with a stray end tag": ("<p></b>{M}</p>x", "<p></b></p>Sx"),
    "before an end tag of nothing": (
        "<div><b>{M}</i></b></div>",
        "<div><b></i></b>S</div>",
    ),
    "in a button": ("<div><button>{M}</button></div>", "<div><button></button>S</div>"),
    "before a stray end tag": ("<div>{M}</b></div>", "<div>S</b></div>"),
}


@pytest.mark.parametrize(("html", "expected"), REPLACED.values(), ids=REPLACED)
def test_signature_stands_where_the_marker_stood(html: str, expected: str) -> None:
    assert replaced(html, "S", "{M}") == expected


ELSEWHERE = {
    "in an unclosed link": (
        "<div>x</div><a href=x>a {M}",
        "<div>x</div>S<a href=x>a ",
    ),
    "in a link around a block": (
        "<a href=x><div>{M}</div></a>x",
        "<a href=x><div></div></a>xS",
    ),
    "in a hidden element": (
        "<div style='display:none'>{M}</div>x",
        "<div style='display:none'></div>xS",
    ),
    "next one is better": (
        "<div hidden>{M} {<b>M}</b></div><div>a <b>{M}</b></div>",
        "<div hidden> <b></b></div><div>a <b></b>S</div>",
    ),
    "next one is alone": (
        "<a href=x><div>{M}</div></a><p>{M}</p>",
        "<a href=x><div></div></a>S",
    ),
}


@pytest.mark.parametrize(("html", "expected"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_where_no_block_can_stand_the_signature_goes_elsewhere(
    html: str, expected: str
) -> None:
    assert replaced(html, "S", "{M}") == expected


def test_where_no_block_can_stand_at_all_markers_go() -> None:
    assert replaced("<a href=x>{M}", "S", "{M}") == "S<a href=x>"
    assert replaced("<frameset><noframes></noframes></frameset>{M}", "S", "{M}") == (
        "<frameset><noframes></noframes></frameset>"
    )


def test_many_markers_that_cannot_be_used_are_not_all_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import mailsig.marker.replace as module

    asked = []
    monkeypatch.setattr(module, "is_legal", lambda *arguments: asked.append(arguments))

    assert replaced("<p>{M}" * 500, "S", "{M}").replace("S", "") == "<p>" * 500
    assert len(asked) <= 16


LEFT_OPEN = ("in a paragraph that opens formatting", "unclosed formatting")
WELL_FORMED = {name: pair[0] for name, pair in REPLACED.items() if name not in LEFT_OPEN}


@pytest.mark.parametrize("doctype", ["", "<!DOCTYPE html>"])
@pytest.mark.parametrize("html", WELL_FORMED.values(), ids=WELL_FORMED)
def test_all_else_is_as_without_the_signature(html: str, doctype: str) -> None:
    document = f"{doctype}<body>{html}"

    signed = tree_less_signature(replaced(document, SIGNATURE, "{M}"))

    assert signed == tree_of(replaced(document, "", "{M}"))


REMOVED = {
    "what would be a tag without it": ("<{M}b>x", "&lt;b>x"),
    "what would be a comment without two": ("<{M}{M}!--x", "&lt;!--x"),
    "in a div": ("<div>a{M}b</div>", "<div>ab</div>"),
    "alone in a paragraph": ("<p>{M}</p>x", "<p></p>x"),
    "split": ("<p><b>{</b><b>M}</b></p>x", "<p><b></b><b></b></p>x"),
    "twice": ("{M}<p>{M}</p>", "<p></p>"),
    "none": ("<p>x</p>", "<p>x</p>"),
}


@pytest.mark.parametrize(("html", "expected"), REMOVED.values(), ids=REMOVED)
def test_without_a_signature_markers_go(html: str, expected: str) -> None:
    assert replaced(html, None, "{M}") == expected


def test_the_signature_stays_in_the_authored_range() -> None:
    html = "<p>{M}<br>On Monday Jo wrote:<br>x</p>"
    tokens = tokenize(html)
    found = find_in_html(html, tokens, "{M}", [(0, 10)])

    assert applied(html, replacements(html, tokens, found, "S")) == (
        "<p>S<br>On Monday Jo wrote:<br>x</p>"
    )


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        pytest.param("span", "<div><span>S x</span></div>", id="stays in a span"),
        pytest.param("a", "S<div><a> x</a></div>", id="goes out of a link"),
    ],
)
def test_nothing_is_put_behind_the_authored_range(tag: str, expected: str) -> None:
    html = f"<div><{tag}>{{M}} x</{tag}></div>"
    tokens = tokenize(html)
    found = find_in_html(html, tokens, "{M}", [(0, html.index(" x"))])

    assert applied(html, replacements(html, tokens, found, "S")) == expected


# --- replacing in text


REPLACED_TEXT = {
    "alone on its line": ("a\r\n\r\n{M}\r\nb", "a\r\n\r\nS\r\nT\r\nb"),
    "with blanks around": ("a\r\n  {M} \t\r\nb", "a\r\nS\r\nT\r\nb"),
    "behind text": ("a {M}\r\nb", "a\r\nS\r\nT\r\nb"),
    "before text": ("{M} a\r\nb", "S\r\nT\r\na\r\nb"),
    "within text": ("a {M} b", "a\r\nS\r\nT\r\nb"),
    "only": ("{M}", "S\r\nT"),
    "twice": ("{M}\r\nx{M}y", "S\r\nT\r\nxy"),
    "twice on a line": ("{M} {M}", "S\r\nT\r\n"),
    "bare line ends": ("a\r{M}\rb", "a\rS\r\nT\rb"),
    "none": ("a", "a"),
}


@pytest.mark.parametrize(("text", "expected"), REPLACED_TEXT.values(), ids=REPLACED_TEXT)
def test_signature_takes_lines_of_its_own(text: str, expected: str) -> None:
    spans = find_in_text(text, "{M}", [(0, len(text))])

    assert applied(text, replacements_in_text(text, spans, "S\nT", "\r\n")) == expected


FLOWED = {
    "behind a soft line": ("a \r\n{M}\r\nb", "a \r\n\r\nS\r\nT\r\nb"),
    "behind a soft line of one blank": (" \n{M}", " \n\r\nS\r\nT"),
    "behind a hard line": ("a\r\n{M}", "a\r\nS\r\nT"),
    "behind an empty line": ("a \r\n\r\n{M}", "a \r\n\r\nS\r\nT"),
    "behind empty lines, bare": ("a \n\n{M}", "a \n\nS\r\nT"),
    "behind a delimiter": ("a\r\n-- \r\n{M}", "a\r\n-- \r\nS\r\nT"),
    "behind a bare delimiter": ("a\n-- \n{M}", "a\n-- \nS\r\nT"),
    "behind a delimiter at the top": ("-- \r{M}", "-- \rS\r\nT"),
    "on a soft line": ("a {M} \r\nb", "a\r\nS\r\nT\r\nb"),
    "at the top": ("{M}", "S\r\nT"),
}


@pytest.mark.parametrize(("text", "expected"), FLOWED.values(), ids=FLOWED)
def test_a_soft_line_does_not_take_the_signature_in(text: str, expected: str) -> None:
    found = find_in_text(text, "{M}", [(0, len(text))])
    edits = replacements_in_text(text, found, "S\nT", "\r\n", flowed=True)

    assert applied(text, edits) == expected


def test_without_a_signature_markers_go_from_text() -> None:
    spans = find_in_text("a {M}\n{M}\nb", "{M}", [(0, 99)])

    assert (
        applied("a {M}\n{M}\nb", replacements_in_text("", spans, None, "\n")) == "a \n\nb"
    )


# --- hostile text


class Steps:
    """Counts the characters that are looked at one by one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        import mailsig.marker.search as module

        for name in ("_character", "_across"):
            original = getattr(module, name)
            monkeypatch.setattr(module, name, self.counting(original))

    def counting(self, original: object) -> object:
        def wrapper(*arguments: object) -> object:
            self.count += 1
            return original(*arguments)  # type: ignore[operator]

        return wrapper


HOSTILE = {
    "braces": "{",
    "beginnings": "{EMAILSIGNATUR",
    "braces and tags": "{<b>",
    "references": "&#123;",
    "zero width": "{\u200b",
    "half references": "{&#",
    "tags that open": "<b>",
    "tags that close": "<b></i>",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_steps_grow_with_the_text(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch)
    counts = []
    for size in (500, 8_000):
        steps.count = 0
        replaced(unit * size)
        counts.append(steps.count)

    assert counts[1] <= 17 * counts[0] + 100


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_long_hostile_text_comes_to_an_end(unit: str) -> None:
    text = unit * (300_000 // len(unit))

    assert replaced(f"{text}<div>{MARKER}</div>{text}").count(SIGNATURE) == 1
    assert spans_in_text(text, MARKER, [(0, len(text))]) == []
