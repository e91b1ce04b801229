"""Which fields a change of the message makes void, and what becomes of them.

A DKIM signature of a changed body fails (RFC 6376 6.1); an ARC chain fails as a
whole (RFC 8617 5.2), so it goes or stays as a whole. Authentication-Results are
another host's word about another moment, and stay.
"""

from __future__ import annotations

from mailsig import fields
from mailsig.entity import Entity
from mailsig.options import Options

DKIM_FIELDS = frozenset(
    {"dkim-signature", "domainkey-signature", "x-google-dkim-signature"}
)
ARC_FIELDS = frozenset({"arc-seal", "arc-message-signature", "arc-authentication-results"})
# By what is removed: the DKIM fields, the ARC chain.
_GONE = {
    (True, True): DKIM_FIELDS | ARC_FIELDS,
    (True, False): DKIM_FIELDS,
    (False, True): ARC_FIELDS,
    (False, False): frozenset[str](),
}
RENAMED_PREFIX = "X-Original-"


def strip(root: Entity, options: Options, out: fields.FieldEdits) -> None:
    """Remove or rename the DKIM fields, and remove the ARC chain, as the options say."""
    if options.dkim == "rename":
        fields.rename(root, DKIM_FIELDS, RENAMED_PREFIX, out)
    fields.remove(root, _GONE[options.dkim == "remove", options.arc == "remove"], out)
