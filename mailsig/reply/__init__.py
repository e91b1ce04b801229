"""Where the newest text of a mail ends and the quoted thread begins.

`find_in_text` and `find_in_html` return a `Boundary` in offsets (code points) of the text
they are given, or None when they see no history, which `may_hold_history` often tells of
HTML before it is read; `agree` lets the alternatives of one body correct each other where
they `disagree`. What a line is: `headers`, `separators`, `attributions`; which line wins:
`choice`; what clients write: `clients` and `vocabulary`.
"""

from mailsig.reply.agreement import agree, disagree
from mailsig.reply.boundary import (
    Boundary,
    find_in_first_tokens,
    find_in_html,
    find_in_text,
)
from mailsig.reply.glance import seen_without_history
from mailsig.reply.glance_html import may_hold_history

__all__ = [
    "Boundary",
    "agree",
    "disagree",
    "find_in_first_tokens",
    "find_in_html",
    "find_in_text",
    "may_hold_history",
    "seen_without_history",
]
