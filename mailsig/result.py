"""What comes back: the message, whether and why, and how to undo it.

Values only; nothing here decides anything.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal, NamedTuple, TypeVar

from mailsig.edits import Edit, inverse_edits, pieces
from mailsig.errors import NotSignedError

MessageT_co = TypeVar("MessageT_co", covariant=True)

Outcome = Literal["injected", "replaced", "stripped", "stamped", "unchanged"]
Path = tuple[int, ...]


class SkipReason(enum.Enum):
    """Why a message or a part was left alone; the values are stable words for logs."""

    ALREADY_HANDLED = "already-handled"  # the handled field is there: loop prevention
    ALREADY_SIGNED = "already-signed"  # our block stands in the author's text (or thread)
    SIGNED = "signed"  # RFC 1847 2.1, RFC 8551 3.5: a change would break the seal
    ENCRYPTED = "encrypted"  # RFC 1847 2.2, RFC 8551 3.3
    INLINE_PGP = "inline-pgp"  # RFC 9580 6.2: an armoured block in the author's text
    REPORT = "report"  # RFC 6522: delivery and disposition notifications
    AUTO_SUBMITTED = "auto-submitted"  # RFC 3834 5 and the auto-reply fields
    CALENDAR = "calendar"  # RFC 6047: meeting requests and answers
    RIGHTS_MANAGED = "rights-managed"  # [MS-OXORMMS] message.rpmsg
    TNEF = "tnef"  # [MS-OXTNEF] winmail.dat beside a stub text
    ATTACHMENT = "attachment"  # RFC 2183 2.2: the only text is an attachment
    NESTED_MESSAGE = "nested-message"  # RFC 2046 5.2: message/* is never entered
    NO_TEXT_BODY = "no-text-body"  # nothing that could carry a signature
    MARKER_NOT_FOUND = "marker-not-found"
    UNKNOWN_CHARSET = "unknown-charset"  # a label no codec answers to
    UNKNOWN_TRANSFER_ENCODING = "unknown-transfer-encoding"  # RFC 2045 6.3
    UNDECODABLE_BODY = "undecodable-body"  # the octets don't follow their label
    UNENCODABLE_SIGNATURE = "unencodable-signature"  # nothing left in the part's charset
    MALFORMED_STRUCTURE = "malformed-structure"  # RFC 2046 5.1: no way to tell the parts
    LIMIT = "limit"  # one of the limits in Options
    NOTHING_TO_STRIP = "nothing-to-strip"
    NO_SIGNATURE = "no-signature"  # the caller has none for this sender, or for replies


@dataclass(frozen=True, slots=True)
class Skip:
    """Why nothing was done at ``path`` (child indexes from the root; ``()``: the message).

    ``detail`` names the evidence (a field name, a media type), never text of a body.
    """

    path: Path
    reason: SkipReason
    detail: str = ""


class FieldChange(NamedTuple):
    """One change to the header section of the message, as a milter speaks of it.

    ``index`` counts the fields of that name from 1, as they stood in the input
    (for ``added``: the place in the whole header section, 0 is the top).
    ``value`` is the new field body: for ``added`` and ``replaced``; for
    ``renamed`` the new name.
    """

    action: Literal["removed", "renamed", "replaced", "added"]
    name: str
    index: int  # type: ignore[assignment]  # nobody asks a change where a value stands
    value: str = ""


class SignedPart(NamedTuple):
    """Where the signature went in one body part, and why there.

    ``offset`` counts code points of the decoded body; ``charset`` is the label
    under which the part leaves; ``note`` says what was second-best, if anything was,
    else it is empty: ``folded-to-ascii`` (the charset has no umlauts), and of a place in
    HTML ``below`` (none is legal above the history), ``formatting`` (it takes on the looks
    of the text around it), ``paragraph`` (it ends one that went on), ``document`` (outside
    of the body), ``depth`` (too tangled to be sure), ``above`` (something shown follows).
    """

    path: Path
    media_type: str
    rule: str
    confidence: str
    offset: int
    charset: str = ""
    note: str = ""


class Output(Generic[MessageT_co]):
    """The output as pieces; joined once, when somebody asks for the whole."""

    __slots__ = ("_edits", "_finish", "_message", "_source")

    def __init__(
        self,
        source: bytes,
        edits: tuple[Edit, ...],
        finish: Callable[[bytes], MessageT_co],
        message: MessageT_co | None = None,
    ) -> None:
        self._source = source
        self._edits = edits
        self._finish = finish
        self._message = message

    def message(self) -> MessageT_co:
        """Return the whole output."""
        if self._message is None:
            self._message = self._finish(b"".join(pieces(self._source, self._edits)))
        return self._message

    def chunks(self) -> Iterator[bytes | memoryview]:
        """Yield the output in order."""
        return iter(pieces(self._source, self._edits))

    def inverse(self) -> tuple[Edit, ...]:
        """Return the edits that turn the output's octets back into the source."""
        return inverse_edits(self._source, self._edits)

    def __eq__(self, other: object) -> bool:
        """Whether two outputs hold the same octets."""
        return isinstance(other, Output) and b"".join(self.chunks()) == b"".join(
            other.chunks()
        )

    def __hash__(self) -> int:
        """Hash what is cheap to hash."""
        return hash(self._edits)


@dataclass(frozen=True, slots=True)
class Result(Generic[MessageT_co]):
    """The outcome for one message.

    Attributes:
        outcome: ``injected``, ``replaced`` (a marker or a client's signature went),
            ``stripped``, ``stamped`` or ``unchanged``.
        edits: What changed, in octets of the input; empty for message objects that
            ``parse`` did not make.
        fields: The same, for the fields of the message's header section.
        parts: The body parts that carry the signature now.
        skipped: Why something was left alone; never empty on an unsigned result.
    """

    outcome: Outcome
    edits: tuple[Edit, ...]
    fields: tuple[FieldChange, ...]
    parts: tuple[SignedPart, ...]
    skipped: tuple[Skip, ...]
    _output: Output[MessageT_co] = field(repr=False)

    @property
    def message(self) -> MessageT_co:
        """The output: ``bytes`` for octets, ``EmailMessage`` for a message object.

        The very input where nothing changed (octets as ``bytes``). Joined when first asked
        for.
        """
        return self._output.message()

    @property
    def inverse(self) -> tuple[Edit, ...]:
        """The edits that turn the output's octets back into the input's.

        The input's are, for message objects that ``parse`` did not make, those that it was
        written out as.
        """
        return self._output.inverse()

    @property
    def changed(self) -> bool:
        """Whether any octet differs from the input."""
        return self.outcome != "unchanged"

    @property
    def signed(self) -> bool:
        """Whether a signature was placed."""
        return bool(self.parts)

    def chunks(self) -> Iterator[bytes | memoryview]:
        """Yield the output's octets in order, as views into the input and what was added.

        For ``writelines`` and ``sendmsg``: the joined message is never built.
        """
        return self._output.chunks()

    def require_signed(self) -> Result[MessageT_co]:
        """Return the result itself if a signature was placed.

        Raises:
            NotSignedError: There is none; the error carries the reasons.
        """
        if not self.signed:
            raise NotSignedError(self.skipped)
        return self
