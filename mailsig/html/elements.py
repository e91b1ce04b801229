"""Sets of element names, as data (WHATWG HTML, "Parsing HTML documents").

Names are ASCII lower-case. The sets say what a browser does with an element, not what an
author should do with it.
"""

from __future__ import annotations


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


VOID = _names(
    "area base basefont bgsound br col command embed frame hr image img input keygen "
    "link meta param source track wbr"
)
"""Elements that never have content: their start tag opens nothing."""

USUAL = _names(
    "a b blockquote body br div em font h1 h2 h3 head hr html i img li link meta o:p p "
    "pre span strong style table tbody td title tr u ul"
)
"""Elements that nearly all tags in mail belong to."""

RAW_TEXT = _names("iframe noembed noframes plaintext script style textarea title xmp")
"""Elements whose content is no markup (scripting off: noscript is not one of them)."""

BLOCK = _names(
    "address article aside blockquote body caption center col colgroup dd details "
    "dialog dir div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 "
    "h5 h6 head header hgroup hr html legend li listing main menu nav ol optgroup "
    "option p plaintext pre search section summary table tbody td tfoot th thead "
    "title tr ul xmp"
)
"""Elements that begin and end a line of visible text (``br`` breaks one as well)."""

# --- what the tree construction does with names (WHATWG HTML, 13.2.6)

FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
"""Elements that browsers open again after a block has cut them."""

CLOSES_P = _names(
    "address article aside blockquote center details dir div dl fieldset figcaption "
    "figure footer header hgroup main menu nav ol p section summary ul"
)
"""Start tags that end an open paragraph and have no further rule."""

ENDS_BLOCK = _names(
    "address article aside blockquote button center details dialog dir div dl "
    "fieldset figcaption figure footer header hgroup listing main menu nav ol pre "
    "section summary ul"
)
"""End tags that close everything up to their element, if that is in scope."""

PLAIN_BLOCK = _names(
    "address article aside blockquote center div footer header nav section"
)
"""Blocks that end an open paragraph, and nest without further rules."""

PLAIN_VOID = _names("br img wbr")
"""Void elements that stand in text, and change nothing around them."""

HEADING = _names("h1 h2 h3 h4 h5 h6")
IMPLIED = _names("dd dt li optgroup option p rp rt")
"""Elements whose end tags are implied."""

SCOPE = _names("applet caption html marquee object table td th") | {
    "svg foreignobject", "svg desc", "svg title", "math mi", "math mo", "math mn",
    "math ms", "math mtext", "math annotation-xml",
}  # fmt: skip
"""Elements that no look-up of an open element goes beyond."""

SPECIAL = (
    SCOPE
    | HEADING
    | (CLOSES_P - {"figcaption", "hgroup", "main", "summary"})
    | _names(
        "area base basefont bgsound body br button col colgroup command dd dt embed "
        "form frame frameset head hr iframe image img input isindex li link listing "
        "meta noembed noframes noscript param plaintext pre script select style tbody "
        "textarea tfoot thead title tr wbr xmp"
    )
) - {
    "svg desc", "svg title", "math mi", "math mo", "math mn", "math ms", "math mtext",
    "math annotation-xml",
}  # fmt: skip
"""Elements that a stray end tag does not close (as html5lib has them, which the tests
compare with: newer ones, as ``main``, are not among them)."""

TABLE_PARTS = _names("table tbody tfoot thead tr")
"""Elements in which a browser lets no text or block stand: it goes before the table."""

BREAKOUT = _names(
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 "
    "head hr i img li listing menu meta nobr ol p pre ruby s small span strong strike "
    "sub sup table tt u ul var"
)
"""Start tags that end svg and math."""

INTEGRATION = frozenset(("svg foreignobject", "svg desc", "svg title"))
"""Elements of svg whose content is HTML again."""

MATH_TEXT = frozenset(("math mi", "math mo", "math mn", "math ms", "math mtext"))

SHUT = _names(
    "applet audio button canvas colgroup embed frameset head iframe map marquee meter "
    "noembed noframes noscript object optgroup option plaintext progress rp script "
    "select style template textarea title video xmp"
)
"""Elements in which a signature is not seen, or is part of a control."""

INLINE_STYLE = FORMATTING | _names(
    "abbr acronym bdi bdo cite del dfn ins kbd label mark q samp span sub sup var"
)
"""Elements whose looks the text in them takes on."""
