"""Every choice a caller has, checked when it is made."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from typing import Any, Literal, NoReturn, get_args

from mailsig.errors import MailsigError
from mailsig.result import SkipReason

POLICY_REASONS = frozenset(
    {SkipReason.AUTO_SUBMITTED, SkipReason.CALENDAR, SkipReason.TNEF}
)
"""Reasons of policy: a caller may allow them. All others protect the message itself."""

# RFC 5322 3.6.8: printable US-ASCII without the colon.
_FIELD_NAME = re.compile(r"[!-9;-~]+\Z")
# Words of visible US-ASCII, one blank apart, that need no folding.
_FIELD_VALUE = re.compile(r"[!-~]+(?: [!-~]+)*\Z")

# Without these nobody can read the body (RFC 2045 3).
_NEEDED_FIELDS = frozenset({"mime-version", "content-type", "content-transfer-encoding"})

# What a second one of would change what the message says (RFC 5322 3.6, RFC 6376).
_TAKEN_FIELDS = _NEEDED_FIELDS | {
    "bcc", "cc", "date", "dkim-signature", "from", "in-reply-to", "message-id", "received",
    "references", "reply-to", "return-path", "sender", "subject", "to",
}  # fmt: skip

Placement = Literal["auto", "end", "start"]
DkimMode = Literal["remove", "rename", "keep"]
ArcMode = Literal["remove", "keep"]
ReplyMode = Literal["same", "short", "none"]
ClientSignatureMode = Literal["keep", "replace"]

_CHOICES: dict[str, Any] = {
    "placement": Placement,
    "dkim": DkimMode,
    "arc": ArcMode,
    "replies": ReplyMode,
    "client_signatures": ClientSignatureMode,
}
_SWITCHES = ("once_per_thread", "text_delimiter")
# LIMIT: the real mail seen nests nine deep; 10,000 levels are walked in
# milliseconds, but what nests deeper than a hundred is an attack or a loop.
_LIMITS = {
    "max_octets": (1, 1 << 40),
    "max_header_octets": (1, 1 << 32),
    "max_body_octets": (1, 1 << 32),
    "max_depth": (1, 10_000),
    "max_parts": (1, 10_000_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to sign.

    Attributes:
        placement: ``auto`` puts the signature above the quoted history, else at the
            end; ``end`` and ``start`` always there.
        marker: The text that stands where an author wants the signature, of 3 to 200
            characters; ASCII case is ignored. An empty string turns markers off.
        handled_field: Name and value (at most 70 and 200 characters of US-ASCII) of the
            field that ``rewrite`` stamps. It, ``inject`` and ``replace_marker`` look for
            it, so that no message is handled twice; ``None`` turns both off.
        dkim: What becomes of DKIM fields of a changed message.
        arc: The same for the ARC chain (RFC 8617), as a whole.
        allow: Policy reasons (auto-submitted, calendar, tnef) for which mail is
            signed all the same.
        replies: For replies and forwards: the same signature, the short one
            (``Signature(reply=...)``), or none.
        once_per_thread: Leave a reply alone if the history holds our signature.
        client_signatures: ``replace`` puts the signature in the place of a mobile
            client's own line ("Sent from my iPhone").
        text_delimiter: Write the ``-- `` line (RFC 3676 4.3) where the signature ends
            a plain text.
        drop_fields: Names of header fields that ``rewrite`` removes.
        max_octets: Size of a message, in octets, up to 1 TiB.
        max_header_octets: Size of the message's header section, in octets, up to 4 GiB.
        max_body_octets: Size of one body part that is to be signed, in octets, up to
            4 GiB.
        max_depth: Nesting of multiparts, up to 10,000.
        max_parts: Number of entities, up to 10,000,000.

    Raises:
        MailsigError: One of them breaks its rule; the text says which.
    """

    placement: Placement = "auto"
    marker: str = "{EMAILSIGNATURE}"
    handled_field: tuple[str, str] | None = ("X-Mailsig-Handled", "Yes")
    dkim: DkimMode = "remove"
    arc: ArcMode = "remove"
    allow: AbstractSet[SkipReason] = frozenset()
    replies: ReplyMode = "same"
    once_per_thread: bool = False
    client_signatures: ClientSignatureMode = "keep"
    text_delimiter: bool = True
    drop_fields: Collection[str] = ()
    max_octets: int = 1 << 30
    max_header_octets: int = 1 << 24
    max_body_octets: int = 1 << 26
    max_depth: int = 1_000
    max_parts: int = 1_000_000

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            _check_choice(name, getattr(self, name), get_args(choices))
        for name in _SWITCHES:
            if not isinstance(getattr(self, name), bool):
                _refuse(name, "be a bool", getattr(self, name))
        for name, (low, high) in _LIMITS.items():
            value = getattr(self, name)
            if type(value) is not int or not low <= value <= high:
                _refuse(name, f"be an int within {low}..{high}", value)
        _check_marker(self.marker)
        _check_handled_field(self.handled_field)
        object.__setattr__(self, "allow", _checked_allow(self.allow))
        object.__setattr__(self, "drop_fields", _checked_names(self.drop_fields))

    def __repr__(self) -> str:
        """Show what differs from the defaults."""
        values = ((one.name, getattr(self, one.name), one.default) for one in fields(self))
        chosen = [f"{name}={value!r}" for name, value, usual in values if value != usual]
        return f"Options({', '.join(chosen)})"


def _refuse(name: str, rule: str, got: object) -> NoReturn:
    raise MailsigError(f"Options.{name} must {rule}, got {got!r}")


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in choices:
        words = " or ".join(repr(choice) for choice in choices)
        _refuse(name, f"be {words}", value)


def _check_marker(marker: object) -> None:
    if not isinstance(marker, str):
        _refuse("marker", "be a str", marker)
    if marker and (len(marker) < 3 or len(marker) > 200):
        _refuse("marker", "have 3 to 200 characters (or none: no markers)", marker)
    if marker != marker.strip() or not marker.isprintable():
        _refuse("marker", "be printable, with no blanks around it", marker)


def _check_handled_field(field: object) -> None:
    if field is None:
        return
    if not (isinstance(field, tuple) and len(field) == 2):
        _refuse("handled_field", "be a (name, value) tuple or None", field)
    name, value = field
    if not (isinstance(name, str) and _FIELD_NAME.match(name) and len(name) <= 70):
        _refuse("handled_field", "have a field name of RFC 5322 3.6.8", name)
    if name.lower() in _TAKEN_FIELDS:
        _refuse("handled_field", "have a name of its own", name)
    if not (isinstance(value, str) and _FIELD_VALUE.match(value) and len(value) <= 200):
        _refuse("handled_field", "have a value of visible US-ASCII", value)


def _checked_allow(allow: object) -> frozenset[SkipReason]:
    if isinstance(allow, (str, SkipReason)):
        _refuse("allow", "be a set of SkipReason or of their words", allow)
    reasons = set()
    try:
        for reason in allow:  # type: ignore[attr-defined]
            reasons.add(SkipReason(reason))
    except (TypeError, ValueError):
        _refuse("allow", "be a set of SkipReason or of their words", allow)
    fixed = sorted(reason.value for reason in reasons - POLICY_REASONS)
    if fixed:
        words = ", ".join(sorted(reason.value for reason in POLICY_REASONS))
        _refuse("allow", f"hold only reasons of policy ({words})", ", ".join(fixed))
    return frozenset(reasons)


def _checked_names(names: object) -> tuple[str, ...]:
    if isinstance(names, str) or not isinstance(names, (tuple, list, set, frozenset)):
        _refuse("drop_fields", "be a tuple, list or set of field names", names)
    for name in names:
        if not (isinstance(name, str) and _FIELD_NAME.match(name)):
            _refuse("drop_fields", "hold field names of RFC 5322 3.6.8", name)
        elif name.lower() in _NEEDED_FIELDS:
            _refuse("drop_fields", "leave the fields that say how a body is read", name)
    return tuple(names)
