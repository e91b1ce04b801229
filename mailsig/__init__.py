"""Put a signature into a mail message, and leave every other octet alone.

``rewrite`` does the whole job of a relay; ``inject``, ``replace_marker`` and
``strip_dkim`` do its parts. All are pure functions over octets or message objects.
"""

from mailsig.api import inject, parse, replace_marker, rewrite, strip_dkim
from mailsig.edits import Edit, apply_edits
from mailsig.errors import MailsigError
from mailsig.options import Options
from mailsig.result import Result, Skip, SkipReason
from mailsig.signature import InlineImage, Signature

__all__ = [
    "Edit",
    "InlineImage",
    "MailsigError",
    "Options",
    "Result",
    "Signature",
    "Skip",
    "SkipReason",
    "apply_edits",
    "inject",
    "parse",
    "replace_marker",
    "rewrite",
    "strip_dkim",
]
