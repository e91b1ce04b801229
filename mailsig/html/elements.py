"""Sets of element names, as data (WHATWG HTML, "Parsing HTML documents").

Names are ASCII lower-case. The sets say what a browser does with an element, not what an
author should do with it.
"""

from __future__ import annotations


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


VOID = _names(
    "area base basefont bgsound br col command embed frame hr image img input keygen link "
    "meta param source track wbr"
)
"""Elements that never have content: their start tag opens nothing."""

RCDATA = frozenset(("textarea", "title"))
"""Elements whose content is text with character references, up to their end tag."""

RAW_TEXT = _names("iframe noembed noframes plaintext script style textarea title xmp")
"""Elements whose content is no markup (scripting off: noscript is not one of them)."""

BLOCK = _names(
    "address article aside blockquote body caption center col colgroup dd details dialog dir "
    "div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header "
    "hgroup hr html legend li listing main menu nav ol optgroup option p plaintext pre search "
    "section summary table tbody td tfoot th thead title tr ul xmp"
)
"""Elements that begin and end a line of visible text (``br`` breaks one as well)."""

UNSEEN = _names(
    "head iframe noembed noframes noscript script style template textarea title"
)
"""Elements whose content is not part of the visible text of a mail."""
