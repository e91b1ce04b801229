"""What mailing lists and their hosts add under a mail: nobody's new text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailsig.reply.lines import Line
from mailsig.reply.separators import is_rule

__all__ = ["is_list_footer"]

_OPENS = re.compile(
    r"(?:to unsubscribe|to post to this group|for additional commands"
    r"|for more options,? visit|you received this message because|you are receiving this"
    r"|yahoo! groups (?:links|sponsor)|your use of yahoo! groups|list archives? and"
    r"|to change your (?:options|subscription)|visit this group at|to view this discussion"
    r"|unsubscribe[: ]|um (?:sich|die liste)|pour se d[ée]sabonner|para cancelar"
    r"|an?melden:|abmelden:|archives?: http|this (?:sf\.net|list) e?mail is sponsored"
    r"|do you yahoo!\?)",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"mailing list|mailman/listinfo|/listinfo/|unsubscribe|@lists?\.|-request@|listserv"
    r"|mailingliste|liste de diffusion|lista de correo",
    re.IGNORECASE,
)
_LOOK = 4  # lines below a rule in which a list is named


def is_list_footer(lines: Sequence[Line], at: int) -> bool:
    """Whether a list's footer begins with line `at`: at a rule, or with its first words."""
    text = lines[at].text
    if _OPENS.match(text):
        return True
    if not (is_rule(text) or (len(text) > 200 and text.startswith("____"))):
        return False
    if len(text) > 200:
        return _SAYS.search(text, 0, 400) is not None
    return any(
        _SAYS.search(line.text, 0, 200) is not None
        for line in lines[at + 1 : at + 1 + _LOOK]
    )
