"""What a message's header section says about being a reply or a forward.

It picks the variant of the signature, and says whether a guess (a boundary of low
confidence) is a history: prose, memos and invoices look like one as well.
"""

from __future__ import annotations

import re

from mailsig.entity import Entity

# What mail programs put in front of the subject of a reply or a forward, by language.
SUBJECT_PREFIXES = (
    "re", "fw", "fwd", "aw", "antw", "antwort", "wg", "wtr", "sv", "vs", "vb", "vl",
    "tr", "rv", "rép", "rif", "r", "i", "res", "enc", "enc.", "odp", "pd", "ynt", "ilt",
    "atb", "bls", "ref", "továbbítás", "vá", "doorst", "videresendt", "re-fw", "na",
    "răs", "trs", "hal", "σχετ", "απ", "πρθ", "отв", "на", "відп", "πρ",
    "答复", "回复", "转发", "答覆", "回覆", "轉寄", "回信", "返信", "転送", "회신", "전달",
    "تحويل", "رد", "השב", "הועבר",
)  # fmt: skip

_REFERRING = frozenset({"in-reply-to", "references"})
_KNOWN = frozenset(SUBJECT_PREFIXES)
_WORDS = "|".join(sorted(map(re.escape, SUBJECT_PREFIXES), key=len, reverse=True))
_COUNT = r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\*\d{1,3}|\d{1,3})?"
_TAG = r"(?:\[[^\]]{1,40}\]\s*)?"  # of a mailing list, or "[EXTERNAL]"
_PREFIX = re.compile(rf"\s*{_TAG}(?:{_WORDS})\s*{_COUNT}\s*[:：]", re.IGNORECASE)


def is_reply(root: Entity, *, decoded: bool = True) -> bool:
    """Whether the message answers or forwards another one (RFC 5322 3.6.4, 3.6.5).

    With `decoded` false, a subject in encoded words tells nothing: PERF (UTF-8 8bit 6 KB),
    to know where to look first isn't worth their decoding.
    """
    if not _REFERRING.isdisjoint(root.header.names):
        return True
    subject = root.value("subject") or ""
    if "=?" not in subject:
        word, colon, _ = subject.partition(":")
        if not colon and subject.isascii():
            return False
        if word.lower() in _KNOWN:
            return True
        subject = subject.encode("latin-1").decode("utf-8", "replace")
    elif not decoded:
        return False
    else:
        from email.errors import MessageError
        from email.header import decode_header, make_header

        try:
            subject = str(make_header(decode_header(subject[:200])))
        except (MessageError, LookupError, UnicodeError, ValueError):
            return False
    return _PREFIX.match(subject) is not None
