"""Review: each thing that will hurt in real mail is found, at its place."""

from __future__ import annotations

from typing import Any

import pytest
from shared import ROOT

from mailsig import InlineImage, Signature
from mailsig.review import Finding, review

WEBP = InlineImage(data=b"x" * 300_000, media_type="image/webp", name="a")

# id, sources, [(rule, part, line, column, level)]
FOUND: list[tuple[str, dict[str, Any], list[tuple[str, str, int, int, str]]]] = [
    ("clean", {"html": '<table cellpadding="0"><tr><td style="padding:4px"><img src="cid:a" alt="A" width="10" height="10">x</td></tr></table>'}, []),
    ("no-text", {"html": "<p>Jo</p>", "text": None}, [("no-text", "html", 0, 0, "warning")]),
    ("no-html", {"html": None, "text": "Jo"}, [("no-html", "text", 0, 0, "warning")]),
    ("wide-table", {"html": '<table width="700"><tr><td>x</td></tr></table>'}, [("too-wide", "html", 1, 8, "warning")]),
    ("600-is-not-wide", {"html": '<table width="600"><tr><td>x</td></tr></table>'}, []),
    ("wide-style", {"html": '<table>\n<tr><td style="width: 800px">x</td></tr></table>'}, [("too-wide", "html", 2, 16, "warning")]),
    ("no-alt", {"html": '<p>x<img src="cid:a" width="1" height="1"></p>'}, [("image-without-alt", "html", 1, 5, "warning")]),
    ("no-size", {"html": '<p>x<img src="cid:a" alt=""></p>'}, [("image-without-size", "html", 1, 5, "warning")]),
    ("data-image", {"html": '<p>x<img alt="" width=1 height=1 src="data:image/png;base64,xx"></p>'}, [("data-image", "html", 1, 34, "warning")]),
    ("remote-image", {"html": '<p>x<img alt="" width=1 height=1 src="https://x/a.png"></p>'}, [("remote-image", "html", 1, 34, "note")]),
    ("style-sheet-link", {"html": "<link rel=stylesheet href=x><p>x</p>"}, [("document-shell", "html", 1, 1, "note"), ("external-css", "html", 1, 1, "warning")]),
    ("style-sheet", {"html": '<style>@import "x";</style><p>x</p>'}, [("external-css", "html", 1, 8, "warning"), ("style-sheet", "html", 1, 8, "warning")]),
    ("flex-and-position", {"html": '<div style="display:flex;position:absolute">x</div>'}, [("ignored-style", "html", 1, 13, "warning"), ("ignored-style", "html", 1, 26, "warning")]),
    ("block-is-fine", {"html": '<span style="display:block">x</span>'}, []),
    ("background-picture", {"html": '<div style="background:url(x)">x</div>'}, [("ignored-style", "html", 1, 13, "warning")]),
    ("background-attribute", {"html": '<table background="x"><tr><td>x</td></tr></table>'}, [("ignored-style", "html", 1, 8, "warning")]),
    ("padding-on-a-div", {"html": '<div style="padding:4px">x</div>'}, [("ignored-style", "html", 1, 13, "warning")]),
    ("semicolon-in-a-reference", {"html": '<td style="font-family:&quot;Arial&quot;;width:700px">x</td>'}, [("too-wide", "html", 1, 42, "warning")]),
    ("large", {"html": "<p>" + "x" * 60_000 + "</p>"}, [("large-html", "html", 1, 1, "warning")]),
    ("references", {"html": "<p>\n ü€</p>"}, [("non-ascii", "html", 2, 2, "note")]),
    ("text-outside-of-ascii", {"html": "<p>x</p>", "text": "a\nü"}, [("non-ascii", "text", 2, 1, "note")]),
    ("unclosed", {"html": "<div><b>x</div>"}, [("unclosed-tag", "html", 1, 6, "warning")]),
    ("unclosed-at-the-end", {"html": "<div>\n<p>x"}, [("unclosed-tag", "html", 1, 1, "warning"), ("unclosed-tag", "html", 2, 1, "note")]),
    ("stray", {"html": "<div>x</span></div>"}, [("stray-end-tag", "html", 1, 7, "warning")]),
    ("text-outside-of-a-cell", {"html": "<table>\nx<tr><td>y</td></tr></table>"}, [("outside-cell", "html", 1, 8, "warning")]),
    ("element-outside-of-a-cell", {"html": "<table><tr><div>x</div><td>y</td></tr></table>"}, [("outside-cell", "html", 1, 12, "warning")]),
    ("whole-document", {"html": "<html><body><p>x</p></body></html>"}, [("document-shell", "html", 1, 1, "note"), ("document-shell", "html", 1, 7, "note")]),
    ("void-elements", {"html": "<p>x<br>y</br></p>"}, [("stray-end-tag", "html", 1, 10, "warning")]),
    ("comment", {"html": "<!-- x --><p>x</p>"}, [("comment", "html", 1, 1, "note")]),
    ("pictures", {"html": "<p>x</p>", "images": [WEBP]}, [("large-image", "images", 0, 0, "warning"), ("image-type", "images", 0, 0, "warning"), ("large-images", "images", 0, 0, "warning")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sources", "expected"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND]
)
def test_what_hurts_is_found_at_its_place(
    sources: dict[str, Any], expected: list[tuple[str, str, int, int, str]]
) -> None:
    found = review(**{"text": "x", **sources})
    assert [(f.rule, f.part, f.line, f.column, f.level) for f in found] == expected


def test_a_finding_reads_as_a_sentence_with_its_place() -> None:
    (found,) = review(html="<div>\n<b>x</div>", text="x")
    assert str(found) == (
        "html, line 2, column 1: <b> is not closed: closed before </div> [unclosed-tag]"
    )
    (found,) = review(html="<p>x</p>")
    assert str(found) == "html: no text: it is derived from the HTML [no-text]"


def test_the_same_thing_is_told_once_with_its_count() -> None:
    (found,) = review(html="<p>x</i></i></i></p>", text="x")
    assert found.detail == "</i> closes nothing and goes (3 times)"


def test_many_characters_are_counted_and_the_first_ones_shown() -> None:
    (found,) = review(html="<p>äöüßéàä</p>", text="x")
    assert found.detail.startswith(
        "7 characters outside of ASCII become numeric references"
    )
    assert found.detail.endswith("ä U+00E4, ö U+00F6, ü U+00FC, ß U+00DF, é U+00E9, …")


def test_a_signature_knows_its_own_warnings() -> None:
    signature = Signature(html="<div>x<b>y</div>", text="x")
    assert [f.rule for f in signature.warnings] == ["unclosed-tag"]
    assert Signature(html="<p>x</p>", text="x").warnings == ()


def test_findings_are_values() -> None:
    assert Finding("a", "b", "html") == Finding("a", "b", "html")
    assert len({*review(html="<p>x"), *review(html="<p>x")}) == 2


@pytest.mark.parametrize("name", ["corporate", "portrait", "campaign"])
def test_the_shipped_signatures_have_no_warning(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    from signature_folder import load

    template = load(ROOT / "examples" / "signatures" / name)
    assert [str(f) for f in template.warnings if f.level == "warning"] == []
