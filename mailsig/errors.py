"""The exceptions: all of them say that the *caller* did something wrong.

A message never raises, whatever octets it holds; what is odd about a message
becomes a ``Skip`` in the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailsig.result import Skip


class MailsigError(ValueError):
    """An argument breaks a rule; the text names the argument, the rule and what came."""

    def __reduce__(self) -> tuple[Callable[..., MailsigError], tuple[Any, ...], Any]:
        """Pickle the text and what it holds, whatever its class is built from."""
        return _again, (type(self), *self.args), vars(self)


def _again(kind: type[MailsigError], *args: object) -> MailsigError:
    return kind.__new__(kind, *args)


class OverlappingEditsError(MailsigError):
    """Two edits claim the same octet.

    ``first`` and ``second`` are the two edits as (start, end) offsets in octets.
    """

    def __init__(self, first: tuple[int, int], second: tuple[int, int]) -> None:
        self.first = first
        self.second = second
        super().__init__(
            f"edits must not overlap, got {first[0]}..{first[1]} "
            f"and {second[0]}..{second[1]}"
        )


class NotSignedError(MailsigError):
    """``Result.require_signed()`` was asked of a message that was not signed.

    ``skipped`` holds the reasons, as the result did.
    """

    def __init__(self, skipped: tuple[Skip, ...]) -> None:
        self.skipped = skipped
        words = ", ".join(skip.reason.value for skip in skipped) or "no reason given"
        super().__init__(f"the message was not signed: {words}")
