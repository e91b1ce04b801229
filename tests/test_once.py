"""Once: a signature is recognised in what the author wrote, and a name is no signature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig.html.skim import skim
from mailsig.html.tokens import tokenize
from mailsig.once import is_signed_html, is_signed_text, was_signed_html, was_signed_text
from mailsig.signature import Signature

FIVE = Signature(
    html="<div><p>Best regards</p><p><b>Jö</b>rg Müller<br>Head of Sales</p>"
    "<p>Example Ltd · <a href='https://example.com/'>our web site</a></p>"
    "<table><tr><td>T:</td><td>+49 30 1234567</td></tr></table></div>",
    text="Best regards\nJörg Müller\nHead of Sales\n-----\n"
    "Example Ltd, our web site <https://example.com/>\nT: +49 30 1234567",
)
TWO = Signature(text="Jo Doe\nExample Ltd")
ONE = Signature(text="Jo Doe, Example Ltd")
RULE = Signature(text="***")
THREE = Signature(text="Best regards\nJo Doe\nExample Ltd")
LINKED = Signature(html="<p>Jo, <a href='https://x.example/'>web site</a>", text="X Ltd")
TURKISH = Signature(text="ALİ VELİ")
PICTURE = Signature(
    html="<p><img src=https://x.example/a.png alt=Logo> Jo, X Ltd", text="Y"
)


def in_text(text: str, signature: Signature = FIVE) -> bool:
    return is_signed_text(text, [(0, len(text))], signature)


def in_html(html: str, signature: Signature = FIVE) -> bool:
    tokens, whole = tokenize(html), ((0, len(html)),)
    found = is_signed_html(html, tokens, whole, signature)
    assert is_signed_html(html, tokens, whole, signature, skim(html)) == found
    return found


# --- text


SIGNED_TEXT = {
    "as it was put": f"Hi\r\n\r\n-- \r\n{FIVE.text}",
    "other line ends": f"Hi\n\n{FIVE.text}\n".replace("\n", "\r\n"),
    "indented": FIVE.text.replace("\n", "\n    "),
    "space-stuffed and flowed": "Hi \n\n-- \n Best regards\n Jörg \n Müller\n Head of \n"
    " Sales\n ----- \n Example Ltd, our web \n site \n <https://example.com/>\n T: +49 \n"
    " 30 1234567",
    "shouted": FIVE.text.upper(),
    "folded to ASCII": FIVE.text_ascii,
    "made from the HTML by a client": "Best regards\n\nJörg Müller\nHead of Sales\n\n"
    "Example Ltd · our web site<https://example.com/>\nT:\n+49 30 1234567\n",
    "invisible characters": FIVE.text.replace(" ", "\u00a0\u200b"),
    "text behind it": f"{FIVE.text}\nPS: one more thing",
    "lines between": FIVE.text.replace("\n", "\n\nand\n"),
    "two lines edited": FIVE.text.replace("Best", "Kind").replace("Sales", "Marketing"),
}
NOT_SIGNED_TEXT = {
    "nothing": "",
    "other text": "Hi, please find the file attached.\nThanks",
    "only the name": "Hi\n\nJörg Müller",
    "greeting and name": "Hi\n\nBest regards\nJörg Müller\n",
    "mentioned in a sentence": "Best regards from Jörg Müller, Head of Sales of "
    "Example Ltd, our web site <https://example.com/> T: +49 30 1234567",
    "too many lines edited": FIVE.text.replace("Best", "Kind")
    .replace("Sales", "X")
    .replace("1234567", "7"),
    "other order": "\n".join(reversed(FIVE.text.split("\n"))),
}


@pytest.mark.parametrize("text", SIGNED_TEXT.values(), ids=SIGNED_TEXT)
def test_text_is_signed(text: str) -> None:
    assert in_text(text)


@pytest.mark.parametrize("text", NOT_SIGNED_TEXT.values(), ids=NOT_SIGNED_TEXT)
def test_text_is_not_signed(text: str) -> None:
    assert not in_text(text)


SHORT = {
    "name of two lines": ("Hi\nJo Doe", TWO, False),
    "both of two lines": ("Hi\nJo Doe\nExample Ltd", TWO, True),
    "the one line": ("Hi\nJo Doe, Example Ltd", ONE, True),
    "part of the one line": ("Hi\nJo Doe", ONE, False),
    "in a longer line": ("Jo Doe, Example Ltd wrote", ONE, False),
    "greeting and name of three": ("Best regards\nJo Doe", THREE, False),
    "name and company of three": ("Hello\nJo Doe\nExample Ltd", THREE, True),
    "address behind a link": ("Jo, web site&lt;https://x.example/>", LINKED, True),
    "picture has no text": ("Jo, X Ltd", PICTURE, True),
    "a letter that is two in lower case": ("Hi\nALİ VELİ", TURKISH, True),
    "no letters": ("Hi\n***", RULE, True),
    "other rule": ("Hi\n---", RULE, False),
}


@pytest.mark.parametrize(("text", "signature", "signed"), SHORT.values(), ids=SHORT)
def test_short_signatures(text: str, signature: Signature, signed: bool) -> None:
    assert in_text(text.replace("&lt;", "<"), signature) == signed
    assert in_html(text.replace("\n", "<br>"), signature) == signed


def test_only_authored_text_counts() -> None:
    text = f"Hi\n\n> {FIVE.text}\n"
    history = text.index(">")

    assert not is_signed_text(text, [(0, history)], FIVE)
    assert not is_signed_text(text, [], FIVE)
    assert is_signed_text(text, [(0, 2), (history + 2, len(text))], FIVE)


# --- HTML


BARE = FIVE.html.replace(f' data-mailsig="{FIVE.digest}"', "")
SIGNED_HTML = {
    "as it was put": f"<p>Hi</p>{FIVE.html}",
    "numeric references": f"<p>Hi</p>{FIVE.html_ascii}",
    "sentinel stripped": f"<p>Hi</p>{BARE}",
    "sentinel stripped, references": FIVE.html_ascii.replace(" data-mailsig", " data-x"),
    "attribute in capitals": '<P DATA-MAILSIG="1">x</P>',
    "attribute of another signature": "<p class=a data-mailsig=0>x</p>",
    "attribute prefixed by outlook": '<p x_data-mailsig="1">x</p>',
    "rewritten by a client": "<div>Best regards</div><div>J&ouml;rg&nbsp;<b>M&uuml;ller</b>"
    "</div><div>Head of\r\nSales</div><div><o:p>Example Ltd &middot; our <i>web</i> site"
    "</o:p></div><div>T:</div><div>+49 30 1234567",
    "the text's lines": FIVE.text.replace("<", "&lt;").replace("\n", "<br>"),
    "signs as references": BARE.replace("+", "&#43;").replace(":<", "&colon;<"),
    "edited, and signs as references": BARE.replace("+", "&#43;").replace("Best", "Kind"),
    "words and signs split": BARE.replace("Sales", "S<i>al</i>es").replace(
        "12", "<b>12</b>"
    ),
    "edited": BARE.replace("Sales", "Marketing").replace("Best", "Kind"),
}
NOT_SIGNED_HTML = {
    "nothing": "",
    "other text": "<p>Hi, please find the file attached.",
    "attribute in text": "<p>data-mailsig=1</p>",
    "attribute in a comment": "<p><!-- <p data-mailsig=1> -->x",
    "attribute in a value": "<p title='data-mailsig=1'>x",
    "attribute in an end tag": "<p></p data-mailsig=1>",
    "attribute in an unfinished tag": "<p data-mailsig=1",
    "longer attribute": "<p data-mailsignature=1>x",
    "only the name": "<p>Hi</p><p><b>Jö</b>rg Müller</p>",
    "greeting and name": "<p>Best regards<br>Jörg Müller",
    "lines in a script": f"<style>{FIVE.text.replace('<', '')}</style>",
    "lines in a comment": f"<!-- {FIVE.text.replace('>', '')} -->",
}


@pytest.mark.parametrize("html", SIGNED_HTML.values(), ids=SIGNED_HTML)
def test_html_is_signed(html: str) -> None:
    assert in_html(html)


@pytest.mark.parametrize("html", NOT_SIGNED_HTML.values(), ids=NOT_SIGNED_HTML)
def test_html_is_not_signed(html: str) -> None:
    assert not in_html(html)


def test_only_authored_html_counts() -> None:
    for signature_html in (FIVE.html, BARE):
        html = f"<p>Hi</p><blockquote>{signature_html}</blockquote>"
        tokens = tokenize(html)

        assert not is_signed_html(html, tokens, [(0, 9)], FIVE)
        assert not is_signed_html(html, tokens, [], FIVE)
        assert is_signed_html(html, tokens, [(0, 3), (9, len(html))], FIVE)


def test_a_range_that_begins_or_ends_in_a_tag_does_not_hold_it() -> None:
    html = "<p data-mailsig=1>x</p>"

    assert not is_signed_html(html, tokenize(html), [(1, 23)], FIVE)
    assert not is_signed_html(html, tokenize(html), [(0, 9)], FIVE)


# --- history


def test_history_is_searched_without_its_quote_prefixes() -> None:
    quoted = "".join(f"> > {line}\r\n" for line in FIVE.text.split("\n"))
    text = f"Hi\r\n\r\nJo wrote:\r\n{quoted}"

    assert was_signed_text(text, [(0, 4)], FIVE)
    assert not was_signed_text(text, [(0, 4)], TWO)
    assert not was_signed_text(text, [(0, len(text))], FIVE)
    assert not is_signed_text(text, [(0, len(text))], FIVE)


def test_text_between_two_authored_ranges_is_history() -> None:
    text = f"Hi\n{FIVE.text}\nBye"

    assert was_signed_text(text, [(0, 3), (len(text) - 3, len(text))], FIVE)
    assert not was_signed_text(text, [(0, 3), (4, len(text))], FIVE)


@pytest.mark.parametrize(
    ("history", "signed"),
    [
        pytest.param(FIVE.html, True, id="its own sentinel"),
        pytest.param(BARE, True, id="its lines"),
        pytest.param(f"<p x_data-mailsig={FIVE.digest}>x</p>", True, id="outlook's"),
        pytest.param("<p data-mailsig=0>x</p>", False, id="another's sentinel"),
        pytest.param("<p>Jörg Müller</p>", False, id="a name"),
        pytest.param(
            "<br>".join(f"&gt; {line}" for line in FIVE.text_ascii.split("\n")).replace(
                "<https://example.com/>", ""
            ),
            True,
            id="quote prefixes",
        ),
    ],
)
def test_history_of_html(history: str, signed: bool) -> None:
    html = f"<p>Hi</p><blockquote>{history}</blockquote>"

    assert was_signed_html(html, tokenize(html), [(0, 9)], FIVE) == signed


# --- any text


@given(st.text(), st.text(), st.text(min_size=1))
def test_a_text_that_was_signed_is_signed(before: str, after: str, own: str) -> None:
    try:
        signature = Signature(text=own.replace("\x00", "").encode(errors="ignore").decode())
    except ValueError:
        return
    text = f"{before}\r\n-- \r\n{signature.text}\r\n{after}".replace("\n", "\r\n")

    assert is_signed_text(text, [(0, len(text))], signature)


@given(st.text("<p>data-milsgx_='\"/! \n&;"), st.integers(0, 20), st.integers(0, 60))
def test_nothing_raises(html: str, start: int, size: int) -> None:
    html = html.replace("gx", "data-mailsig")
    ranges = [(min(start, len(html)), min(start + size, len(html)))]
    tokens = tokenize(html)

    for signature in (FIVE, ONE, RULE):
        is_signed_html(html, tokens, ranges, signature)
        was_signed_html(html, tokens, ranges, signature)
        is_signed_text(html, ranges, signature)
        was_signed_text(html, ranges, signature)


def test_surrogates_and_endless_references_do_not_raise() -> None:
    hostile = f"\udcff&#{'9' * 5000};" + BARE.replace("Best", "\udc80")

    assert in_html(hostile)
    assert in_text(f"\udcff\n{FIVE.text}")


HOSTILE = {
    "sentinels in text": "data-mailsig ",
    "sentinels in tags": "<p data-mailsi>data-mailsig",
    "first words": "best regards müller head sales example 1234567\n",
    "lines": "best regards\nexample 1234567 sales müller\n",
    "breaks": "<br>",
    "lines of HTML": "Best regards<br>Example 1234567 Sales Müller<p>",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_long_hostile_text_comes_to_an_end(unit: str) -> None:
    text = unit * (300_000 // len(unit))

    assert not in_html(text)
    assert not in_text(text)
    assert in_html(f"{text}<p>{BARE}")
    assert in_text(f"{text}\n{FIVE.text}")


def test_one_tag_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import mailsig.once as module

    read = []
    original = module.attributes
    monkeypatch.setattr(
        module,
        "attributes",
        lambda text, token: read.append(token) or original(text, token),
    )

    html = f"<p title='{'data-mailsig ' * 1000}'>x"
    assert not is_signed_html(html, tokenize(html), [(0, len(html))], FIVE)
    assert len(read) == 1
