"""Which characters of a signature reach a mail.

Characters that nobody sees but that change how the rest is read are taken out: C0 and C1
controls (tabs and newlines stay) and the bidirectional embeddings, overrides and isolates,
which can make a line read backwards. The marks LRM, RLM and ALM stay. The other line ends
of Unicode become LF.
"""

from __future__ import annotations

import re

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]+"
)


def printable(text: str) -> str:
    """Return ``text`` with LF newlines and without control characters."""
    if text.isprintable():
        return text
    return _REMOVED.sub("", _LINE_END.sub("\n", text))
