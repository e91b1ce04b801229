"""HTML that needs no more normalising, so that a template's is parsed but once."""

from __future__ import annotations


class Normalised(str):
    """One balanced block element, and the names it refers to as ``cid:``, in order."""

    __slots__ = ("cids",)

    cids: tuple[str, ...]

    def __new__(cls, html: str, cids: tuple[str, ...]) -> Normalised:
        """Return ``html`` with the names that it refers to."""
        self = super().__new__(cls, html)
        self.cids = tuple(dict.fromkeys(cids))
        return self
