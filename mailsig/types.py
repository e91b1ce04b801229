"""The types that callers get and never build."""

from mailsig.errors import NotSignedError, OverlappingEditsError
from mailsig.result import FieldChange, Outcome, Path, SignedPart

__all__ = [
    "FieldChange",
    "NotSignedError",
    "Outcome",
    "OverlappingEditsError",
    "Path",
    "SignedPart",
]
