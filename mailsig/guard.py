"""Why not: what may not be touched, and what had better not be.

Two kinds of reason. *Integrity*: the message would break or lie (signed,
encrypted, rights-managed, reports). *Policy*: a signature is not wanted there
(automatic answers, meeting requests, TNEF); it yields to an authored marker.
"""

from __future__ import annotations

import re

from mailsig.entity import Entity
from mailsig.header import split_head
from mailsig.result import Skip, SkipReason

_CLOSED = {
    "multipart/signed": SkipReason.SIGNED,
    "multipart/encrypted": SkipReason.ENCRYPTED,
    "multipart/report": SkipReason.REPORT,
    "message/disposition-notification": SkipReason.REPORT,
    "message/delivery-status": SkipReason.REPORT,
    "message/feedback-report": SkipReason.REPORT,
    "application/pgp-encrypted": SkipReason.ENCRYPTED,
    "application/x-microsoft-rpmsg-message": SkipReason.RIGHTS_MANAGED,
}
_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
# RFC 3834 5, and what answering programs write beside it. X-Auto-Response-Suppress
# and a list's Precedence stand on ordinary mail too.
_AUTO_REPLY_FIELDS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder")
_TELLING_FIELDS = frozenset(
    {
        *_AUTO_REPLY_FIELDS,
        "auto-submitted",
        "precedence",
        "x-ms-journal-report",
        "content-class",
    }
)
# The words below are looked for in a part's header section before it is parsed.
# PERF (1,000 parts): five plain searches are twenty times faster than one pattern.
_TELLING = ("tnef", "winmail.dat", "rpmsg", "calendar", "pgp-encrypted")
_HEADER_LINE = r"-----BEGIN PGP (?:SIGNED )?MESSAGE(?:, PART [0-9/]+)?-----[ \t]*"
# Behind a byte order mark, or between the line ends of an old Mac, it is one as well.
_ARMOUR = re.compile(rf"(?m)(?:^|(?<=[\r\ufeff]))[ \t]*{_HEADER_LINE}(?:\r|$)")
_BEGIN = "-----BEGIN PGP"
# In HTML a line begins, and ends, at a tag as well.
_ARMOUR_IN_HTML = re.compile(rf"(?m)(?:^|[>\r])[ \t]*{_HEADER_LINE}(?:[<\r]|$)")


def header_reasons(root: Entity) -> list[Skip]:
    """Return the reasons that the message's own header section gives."""
    found = []
    names = root.header.names
    if _TELLING_FIELDS.isdisjoint(names):
        return []
    if "auto-submitted" in names:
        word, _ = split_head(root.value("auto-submitted") or "")
        if word not in ("", "no"):
            found.append(Skip((), SkipReason.AUTO_SUBMITTED, "Auto-Submitted"))
    for name in _AUTO_REPLY_FIELDS:
        if name in names and (root.value(name) or "").strip().lower() != "no":
            found.append(Skip((), SkipReason.AUTO_SUBMITTED, name.title()))
    if "precedence" in names and "auto" in (root.value("precedence") or "").lower():
        found.append(Skip((), SkipReason.AUTO_SUBMITTED, "Precedence"))
    if "x-ms-journal-report" in names:
        found.append(Skip((), SkipReason.REPORT, "X-MS-Journal-Report"))
    if "content-class" in names:
        found += _class_reasons((root.value("content-class") or "").lower())
    return found


def _class_reasons(value: str) -> list[Skip]:
    """Return the reasons that Exchange's Content-Class gives ([MS-OXCMAIL] 2.1.3.2.1)."""
    if "rpmsg" in value:
        return [Skip((), SkipReason.RIGHTS_MANAGED, "Content-Class")]
    if "calendarmessage" in value:
        return [Skip((), SkipReason.CALENDAR, "Content-Class")]
    if "recallmessage" in value or "mdn" in value or "dsn" in value:
        return [Skip((), SkipReason.REPORT, "Content-Class")]
    return []


def closed_reason(entity: Entity) -> SkipReason | None:
    """Return why an entity on the visible path closes the message, or None."""
    media_type = entity.media_type
    reason = _CLOSED.get(media_type)
    if reason is not None:
        return reason
    name = entity.file_name.lower() if media_type.startswith("application/") else ""
    if media_type in _PKCS7 or name.endswith((".p7m", ".p7z")):
        kind = entity.parameters.get("smime-type", "").lower()
        return SkipReason.SIGNED if "signed" in kind else SkipReason.ENCRYPTED
    if name in ("message.rpmsg", "message_v2.rpmsg", "message_v4.rpmsg"):
        return SkipReason.RIGHTS_MANAGED
    if media_type == "application/octet-stream" and name == "encrypted.asc":
        return SkipReason.ENCRYPTED
    return None


def sibling_reason(entity: Entity, head: str) -> SkipReason | None:
    """Return what a part beside the body says about the whole message, or None.

    ``head`` is the part's ``head()``.
    """
    for word in _TELLING:
        if word in head:
            break
    else:
        return None
    media_type = entity.media_type
    if is_calendar(entity):
        return SkipReason.CALENDAR
    if media_type in _TNEF or entity.file_name.lower() == "winmail.dat":
        return SkipReason.TNEF
    reason = closed_reason(entity)
    if reason in (SkipReason.RIGHTS_MANAGED, SkipReason.ENCRYPTED):
        return reason
    return None


def is_calendar(entity: Entity) -> bool:
    """Whether a part is a meeting request or an answer, not just an attached date."""
    if entity.media_type != "text/calendar":
        return False
    return entity.disposition != "attachment" or "method" in entity.parameters


def has_inline_pgp(
    text: str, authored: tuple[tuple[int, int], ...], *, html: bool, shown: str = ""
) -> bool:
    """Whether an armoured message stands in the text the author wrote (RFC 9580 6.2).

    ``shown`` is the character data of HTML, where it is known.
    """
    # PERF (base64 HTML 200 KB): one character is told in a tenth of a word's time.
    if "-" not in (shown or text):
        return False
    # PERF (reply 30 KB): a long history isn't searched.
    ends = [end for _, end in authored]
    if text.find(_BEGIN, 0, max(ends, default=0) + len(_BEGIN)) < 0:
        return False
    zones = iter(sorted(authored))
    start, end = next(zones, (0, 0))
    for match in (_ARMOUR_IN_HTML if html else _ARMOUR).finditer(text):
        while end <= match.start():
            start, end = next(zones, (len(text), len(text) + 1))
        if start <= match.start():
            return True
    return False
