"""The types that callers get and never build."""

from .errors import NotSignedError, OverlappingEditsError
from .result import FieldChange, Outcome, Path, SignedPart

__all__ = [
    "FieldChange",
    "NotSignedError",
    "Outcome",
    "OverlappingEditsError",
    "Path",
    "SignedPart",
]
