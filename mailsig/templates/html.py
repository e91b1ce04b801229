"""Rendered HTML to a normalised fragment, without parsing it for each person.

Which elements there are depends on the template and on the lines that stay, never on the
values. So the rendered HTML is parsed with numbered holes in place of its values, once for
each such shape, and the values go into the holes of the normalised fragment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailsig.errors import MailsigError
from mailsig.fragment.normalise import normalise
from mailsig.fragment.normalised import Normalised
from mailsig.html.tokens import START, tokenize
from mailsig.templates.parse import TemplateError

# LIMIT: people differ in a handful of ways (no mobile, no pronouns, ...).
_MAX_SHAPES = 256

# Noncharacters, which neither a template nor a value can hold.
_HOLE = re.compile("\ufdd4([0-9]+)\ufdd5")


_ELEMENT = re.compile(r"<([a-z][a-z0-9]*)")


def check_source(part: str, sample: str) -> None:
    """Normalise the source once, all branches of it, with letters for its fields.

    Raises:
        TemplateError: A signature may not hold this HTML, whoever it is for.
    """
    try:
        normalise(sample)
    except MailsigError as error:
        named = _ELEMENT.search(str(error))
        tokens = tokenize(sample) if named else []
        name = named[1] if named else ""
        found = (token[1] for token in tokens if token[0] == START and token[3] == name)
        offset = next(found, 0)
        raise TemplateError(part, sample, offset, str(error)) from None


class Shapes:
    """The shapes of one template that were normalised so far; safe to share by threads."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[list[str], tuple[str, ...]]] = {}

    def fill(self, pieces: Sequence[str]) -> Normalised:
        """Return the fragment; ``pieces`` are source and values in turn.

        Raises:
            MailsigError: The source is refused, or nothing is left to show.
        """
        holes = (f"\ufdd4{number}\ufdd5" for number in range(len(pieces)))
        source = "".join(
            next(holes) if number % 2 else piece for number, piece in enumerate(pieces)
        )
        shape = self._known.get(source)
        if shape is None:
            html, names = normalise(source)
            shape = _HOLE.split(html), names
            if len(self._known) >= _MAX_SHAPES:
                self._known.clear()
            self._known[source] = shape
        values = pieces[1::2]
        html = "".join(
            values[int(part)] if number % 2 else part
            for number, part in enumerate(shape[0])
        )
        if not re.sub(r"<(?!img\b)[^>]*>|\s", "", html):
            raise MailsigError("html must show something: every field of it is empty")
        names = tuple(
            _HOLE.sub(lambda hole: values[int(hole[1])], name) for name in shape[1]
        )
        return Normalised(html, names)
