"""Which fields a change of the message makes void, and what becomes of them.

A DKIM signature of a changed body fails (RFC 6376 6.1); an ARC chain fails as a
whole (RFC 8617 5.2), so it goes or stays as a whole. Authentication-Results are
another host's word about another moment, and stay.
"""

from __future__ import annotations

from . import fields
from .entity import Entity
from .options import Options

DKIM_FIELDS = frozenset(
    {"dkim-signature", "domainkey-signature", "x-google-dkim-signature"}
)
ARC_FIELDS = frozenset({"arc-seal", "arc-message-signature", "arc-authentication-results"})
RENAMED_PREFIX = "X-Original-"


def strip(root: Entity, options: Options, out: fields.FieldEdits) -> None:
    """Remove or rename the DKIM fields, and remove the ARC chain, as the options say."""
    gone = set(ARC_FIELDS) if options.arc == "remove" else set()
    if options.dkim == "remove":
        gone |= DKIM_FIELDS
    elif options.dkim == "rename":
        fields.rename(root, DKIM_FIELDS, RENAMED_PREFIX, out)
    fields.remove(root, gone, out)
