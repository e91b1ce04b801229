"""Where one block element can stand in an HTML body so that all else stays as it is.

The rules it keeps: never inside a tag, a comment, raw text, a link, a control or anything
hidden, never where a browser would move it out of a table; the tree that a browser builds
from the result, less the block, is the tree of the input. Of the places that keep this, one
outside formatting is taken first, then the one with the fewest elements around it, then the
last. Where no place in the zone keeps the tree, the place that changes least is named, and
`keeps_tree` says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from mailsig.html.level import ends_level
from mailsig.html.lexer import END, Token, is_unfinished
from mailsig.html.sight import WHITE, hiding_tags, is_shown, last_shown
from mailsig.html.survey import BREAKS, CROWDED, KEEPS, UNSURE, Spot, Survey, keeps_tree
from mailsig.html.tokens import unfolded
from mailsig.html.tree import CLOSED, FRAMESET, HIDDEN, IN_BODY, TEXT, Tree

_MOST_FORKS = 48


@dataclass(slots=True)
class Place:
    """A place for one block: its offset, whether it keeps the tree, and what is amiss.

    `note` is "" for a good place, else one of ``formatting`` (the block takes on the looks
    of the text around it), ``paragraph`` (the block ends a paragraph that went on),
    ``document`` (the block begins the body before its tag, or goes on after its end),
    ``depth`` (the text is too tangled to follow) and ``above`` (something visible follows,
    because the end of the text is inside a link, a table or the like).
    """

    offset: int
    keeps_tree: bool
    note: str = ""


def place_in(
    text: str, tokens: list[Token], start: int, end: int, *, more: bool = False
) -> Place | None:
    """Return the best place in the zone start..end (inclusive); None: none is legal.

    With `more`, tokens follow those given; `MoreNeededError` says that they matter.
    """
    if ends_level(text, tokens, start, end):
        return Place(end, True)
    if more:
        tokens = unfolded(text, tokens)
        text = text[: tokens[-1][2]]
    survey = _survey(text, tokens, more)
    return None if survey is None else _Choice(survey).over(start, end).best()


def place_at_end(text: str, tokens: list[Token]) -> Place | None:
    """Return the place at the end of the outer body, after all that is visible."""
    survey = _survey(text, tokens)
    if survey is None:
        return None
    index = _end_of_body(text, tokens)
    end = tokens[index][1] if index < len(tokens) else len(text)
    choice = _Choice(survey).over(last_shown(text, tokens, index), end)
    place = choice.best()
    if place is not None and (place.keeps_tree or place.note == "depth"):
        return place
    hidden = survey.tree.hidden
    last = _last_good(Survey(text, tokens, hidden), end)
    if last is not None:
        return Place(last.offset, True, "above")
    return place or _Choice(Survey(text, tokens, hidden)).over(0, end).best()


def place_at_start(text: str, tokens: list[Token]) -> Place | None:
    """Return the place before the first visible thing of the body."""
    survey = _survey(text, tokens)
    if survey is None:
        return None
    choice = _Choice(survey)
    for i in range(len(tokens) + 1):
        start = tokens[i - 1][2] if i else 0
        end = tokens[i][1] if i < len(tokens) else len(text)
        white = not text[start:end].strip(WHITE)
        for offset in (start, end) if white and start < end else (start,):
            survey.go(i, offset)
            if not _is_closed(text, tokens, i, offset):
                choice.add()
        if i < len(tokens) and _is_seen(survey.tree) and (not white or is_shown(tokens[i])):
            break
    return choice.best()


def is_legal(text: str, tokens: list[Token], offset: int) -> Place | None:
    """Return how good this very offset is; None: a block must not stand here."""
    survey = _survey(text, tokens)
    index = _index_after(tokens, offset)
    if survey is None or (index < len(tokens) and tokens[index][1] < offset):
        return None
    if _is_closed(text, tokens, index, offset):
        return None
    survey.go(index, offset)
    return _Choice(survey).add().best()


# --- the parts


def _survey(text: str, tokens: list[Token], more: bool = False) -> Survey | None:
    """Return a survey of the text; None: it is a set of frames."""
    hidden = hiding_tags(text, tokens)
    if "frameset" in text.lower():
        survey = Survey(text, tokens, hidden)
        survey.go(len(tokens), len(text))
        if survey.tree.mode == FRAMESET:
            return None
    return Survey(text, tokens, hidden, more)


def _is_seen(tree: Tree) -> bool:
    """Whether text that follows would be visible."""
    if tree.mode < IN_BODY:
        return True
    return tree.mode != TEXT and not tree.stack[-1][2] & (HIDDEN | CLOSED)


def _index_after(tokens: list[Token], offset: int) -> int:
    """Return the index of the first token that ends after an offset."""
    return bisect_right(tokens, offset, key=itemgetter(2))


def _is_closed(text: str, tokens: list[Token], index: int, offset: int) -> bool:
    """Whether the end of the text is no place: a token is unfinished there."""
    if offset < len(text) or index < len(tokens):
        return False
    if text.endswith("</") and (not tokens or tokens[-1][2] < len(text)):
        return True
    return bool(tokens) and is_unfinished(text, tokens[-1])


def _offsets(
    text: str, tokens: list[Token], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Yield the places in a zone: the index of the token after it, and the offset."""
    i = _index_after(tokens, start - 1)
    while i <= len(tokens):
        low = tokens[i - 1][2] if i else 0
        high = tokens[i][1] if i < len(tokens) else len(text)
        if low > end:
            return
        for offset in sorted({low, high, max(low, start), min(high, end)}):
            if (
                max(low, start) <= offset <= min(high, end)
                and (offset in (low, high) or _is_between_words(text, offset))
                and not _is_closed(text, tokens, i, offset)
            ):
                yield i, offset
        i += 1


def _is_between_words(text: str, offset: int) -> bool:
    before, after = text[offset - 1], text[offset]
    if before == "\r" and after == "\n":
        return False
    return before in WHITE or after in WHITE or before == ";" or after == "&"


class _Choice:
    """The best of the places seen so far."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.good: Spot | None = None
        self.bad: Spot | None = None
        self.unsure: deque[tuple[Spot, Tree]] = deque(maxlen=_MOST_FORKS)
        self.forked = 0

    def over(self, start: int, end: int) -> _Choice:
        """See all places of a zone."""
        survey = self.survey
        for index, offset in _offsets(survey.text, survey.tokens, start, end):
            survey.go(index, offset)
            self.add()
        return self

    def add(self) -> _Choice:
        """See the place where the survey stands."""
        spot = self.survey.spot()
        if spot is None:
            return self
        if spot.effect == KEEPS:
            self.good = _better(self.good, spot)
            return self
        self.bad = _better(self.bad, spot)
        self.forked += spot.depth + 1
        sure = self.good is not None and not self.good.formatted
        if spot.effect == UNSURE and not sure and self.forked < 1_000_000:
            self.unsure.append((spot, self.survey.tree.fork()))
        return self

    def best(self) -> Place | None:
        """Return the best place of all; None: there was no legal one."""
        if self.good is not None and not self.good.formatted:
            return Place(self.good.offset, True)
        for spot, state in sorted(self.unsure, key=lambda pair: _rank(pair[0])):
            if self.good is not None and spot.formatted:
                break
            if keeps_tree(state, spot.index, spot.offset, self.survey.more):
                return Place(spot.offset, True, "formatting" if spot.formatted else "")
        if self.good is not None:
            return Place(self.good.offset, True, "formatting")
        if self.bad is None:
            return None
        return Place(self.bad.offset, False, self.why(self.bad))

    def why(self, spot: Spot) -> str:
        """Return what a place does to the tree."""
        if self.survey.tree.lost:
            return "depth"
        if spot.effect == BREAKS or spot.depth <= 1:
            return "document"
        return "formatting" if spot.effect == CROWDED else "paragraph"


def _rank(spot: Spot) -> tuple[bool, int, int]:
    return spot.formatted, spot.depth, -spot.offset


def _better(one: Spot | None, other: Spot) -> Spot:
    return other if one is None or _rank(other) < _rank(one) else one


def _end_of_body(text: str, tokens: list[Token]) -> int:
    """Return the index of the token that ends the outer body; their number: none does."""
    for name in ("body", "html"):
        for i in range(len(tokens) - 1, -1, -1):
            if tokens[i][0] == END and tokens[i][3] == name:
                return len(tokens) if _is_inner(text, tokens, i) else i
    return len(tokens)


def _is_inner(text: str, tokens: list[Token], index: int) -> bool:
    """Whether the body that ends here is quoted in another, or empty before its text."""
    after = tokens[index][2]
    if (
        last_shown(text, tokens, index) == 0
        and last_shown(text, tokens, len(tokens)) > after
    ):
        return True
    names = {name for kind, _, _, name in tokens[index + 1 :] if kind == END}
    if not names - {"body", "html", "p", "br"}:
        return False
    survey = Survey(text, tokens, frozenset())
    survey.go(index, tokens[index][1])
    depth = len(survey.tree.stack)
    for i in range(index + 1, len(tokens)):
        survey.go(i, tokens[i][1])
        before = len(survey.tree.stack)
        survey.go(i + 1, tokens[i][2])
        if tokens[i][0] == END and len(survey.tree.stack) < min(depth, before):
            return True
    return False


def _last_good(survey: Survey, end: int) -> Spot | None:
    """Return the last place up to an offset that surely keeps the tree."""
    last = None
    for index, offset in _offsets(survey.text, survey.tokens, 0, end):
        survey.go(index, offset)
        spot = survey.spot()
        if spot is not None and spot.effect == KEEPS:
            last = spot
    return last
