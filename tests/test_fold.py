"""Folding a signature to ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig.fold import fold

FOLDED = {
    "umlaut loses its dots": ("Jürg Müller", "Jurg Muller"),
    "sharp s is two letters": ("Straße", "Strasse"),
    "stroke letters": ("Łódź, Øre, Đak, ħ", "Lodz, Ore, Dak, h"),
    "ligatures": ("Ærø Œuvre ﬁn", "AEro OEuvre fin"),
    "currency is its code": ("5 € 3 £", "5 EUR 3 GBP"),
    "typographic quotes": ("“a” ‘b’ „c“ «d»", '"a" \'b\' "c" "d"'),
    "dashes": ("a – b — c‑d", "a - b - c-d"),
    "ellipsis and bullets": ("a… • b · c", "a... * b - c"),
    "no-break space": ("a\u00a0b\u2003c", "a b c"),
    "combining marks go": ("e\u0301a\u0308", "ea"),
    "zero width goes": ("a\u200bb\ufeff", "ab"),
    "trade marks": ("X™ Y® © 2025", "X(TM) Y(R) (c) 2025"),
    "a line with no ASCII form goes": ("Jo\n株式会社\nLtd", "Jo\nLtd"),
    "part of a line goes": ("Łódź € GmbH 株式会社", "Lodz EUR GmbH"),
    "blank lines stay": ("Jö\n\nLtd", "Jo\n\nLtd"),
    "rules stay": ("Jö\n-----\nLtd", "Jo\n-----\nLtd"),
    "typographic rules stay": ("Jö\n———\nLtd", "Jo\n---\nLtd"),
    "full width": ("ＡＢＣ　１２", "ABC 12"),
    "ASCII is as it was": ("a  b\tc", "a  b\tc"),
    "nothing left": ("株式会社\nИван", ""),
    "no letter left": ("Иван - Петров", ""),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), FOLDED.values(), ids=FOLDED)
def test_text_folds(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(st.text())
def test_folded_text_is_ascii_and_gains_no_question_mark(text: str) -> None:
    folded = fold(text)

    assert folded.isascii()
    assert folded.count("?") <= sum("?" in ch or not ch.isascii() for ch in text)
    assert fold(folded) == folded


@given(st.text(st.characters(exclude_characters="？⁇⁈⁉︖﹖;؟")))
def test_question_marks_are_the_authors(text: str) -> None:
    assert fold(text).count("?") <= text.count("?")
