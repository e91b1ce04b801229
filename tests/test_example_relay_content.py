"""What may go out: only a policy's own pieces are searched, and the verdict is the same."""

from __future__ import annotations

import relay_tools  # noqa: F401 - makes the examples importable
from hypothesis import given
from hypothesis import strategies as st
from relay_content import Piece, has_stray_line_ends, joined, refusal, unfit
from relay_values import Capabilities

CONTENT = b"S: x\r\n\r\none\r\ntwo\r\n"
BARE = "would hold a bare CR or LF"
ANYTHING = Capabilities()


def verdict(pieces: list[Piece], content: bytes = CONTENT) -> str | None:
    return unfit(joined(b"", pieces), pieces, content, ANYTHING, seven_bit=False)


def view(start: int, end: int | None = None) -> memoryview:
    return memoryview(CONTENT)[start:end]


def test_input_passes_as_it_is() -> None:
    assert verdict([CONTENT]) is None
    assert verdict([view(0, 8), b"new\r\n", view(8)]) is None
    assert verdict([]) is None
    assert verdict([memoryview(b"")]) is None


def test_cut_inside_a_crlf_is_seen() -> None:
    assert CONTENT[11:13] == b"\r\n"
    assert verdict([view(0, 12), view(12)]) is None
    assert verdict([view(0, 12), b"\nnew\r", view(12)]) is None
    assert verdict([view(0, 12), b"new", view(12)]) == BARE
    assert verdict([view(0, 12)]) == BARE
    assert verdict([view(12)]) == BARE
    assert verdict([view(0, 11), view(11, 12), view(12, 13), view(13)]) is None


def test_piece_from_elsewhere_is_searched() -> None:
    assert verdict([memoryview(b"a\nb"), CONTENT]) == BARE
    assert verdict([memoryview(bytearray(CONTENT))]) is None
    assert verdict([CONTENT[:12], b"new", CONTENT[12:]]) == BARE


def test_clean_message_is_not_refused() -> None:
    assert refusal(CONTENT, ANYTHING, 50) is None


CLEAN = st.lists(st.sampled_from([b"\r\n", b"a", b".", b" "]), max_size=12).map(b"".join)
OWN = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b"a"]), max_size=3).map(b"".join)


@given(content=CLEAN, data=st.data())
def test_verdict_is_that_of_a_search_of_the_whole(
    content: bytes, data: st.DataObject
) -> None:
    assert not has_stray_line_ends(content)
    source = memoryview(content)
    pieces: list[Piece] = []
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, len(content)))
        pieces.append(data.draw(st.sampled_from([source[start:end], content])))
        pieces.append(data.draw(OWN))
    stray = has_stray_line_ends(b"".join(pieces))
    assert verdict(pieces, content) == (BARE if stray else None)
