"""The public functions: choose the reader, ask the planner, hand out the result.

The email package, a third of the time that an import takes, is loaded when the first
message object comes: octets never need it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, overload

from mailsig import placing
from mailsig import plan as planner
from mailsig.edits import Octets, ordered_edits
from mailsig.entity import Entity
from mailsig.errors import MailsigError
from mailsig.options import Options
from mailsig.plan import Plan
from mailsig.result import Output, Result, Skip, SkipReason
from mailsig.scan import LimitError, scan, scan_header
from mailsig.signature import Signature

if TYPE_CHECKING:
    from email.message import EmailMessage, Message

    Source = Octets | Message

_Planner = Callable[[Entity, Plan | None], Plan]
"""From the root and, where a limit is reached, the plan that says so."""

_DEFAULTS = Options()
_OCTETS = (bytes, bytearray, memoryview)


def parse(source: Octets) -> EmailMessage:
    """Return the message of these octets as an ``EmailMessage``.

    Args:
        source: A whole message, any octets, any line ends.

    Returns:
        A message under ``email.policy.default`` whose tree is built at the first look;
        while nobody alters it, ``as_bytes()`` returns exactly the octets of ``source``.

    Raises:
        MailsigError: ``source`` isn't octets. The octets themselves never raise.
    """
    from mailsig.message import parse as parse_octets

    return parse_octets(source)


@overload
def inject(
    message: Octets, signature: Signature, options: Options = ...
) -> Result[bytes]: ...


@overload
def inject(
    message: Message, signature: Signature, options: Options = ...
) -> Result[EmailMessage]: ...


def inject(
    message: Source, signature: Signature, options: Options = _DEFAULTS
) -> Result[bytes] | Result[EmailMessage]:
    """Add the signature to the body of a message.

    Args:
        message: The raw message, any line ends, or a message object.
        signature: What to add.
        options: How.

    Returns:
        A result whose ``message`` is of the input's kind; the very input, with the
        reasons in ``skipped``, where nothing was added (so where the message bears
        ``options.handled_field``). Markers are left alone, and so are DKIM fields:
        ``rewrite`` sees to both.

    Raises:
        MailsigError: An argument is of the wrong type. A message never raises.
    """
    _check(message, options)
    _check_signature(signature)
    return _run(
        message,
        options,
        lambda root, limited: (
            planner.handled(root, options)
            or limited
            or planner.sign(root, signature, options, markers=False, default=True)
        ),
    )


@overload
def replace_marker(
    message: Octets, signature: Signature, options: Options = ...
) -> Result[bytes]: ...


@overload
def replace_marker(
    message: Message, signature: Signature, options: Options = ...
) -> Result[EmailMessage]: ...


def replace_marker(
    message: Source, signature: Signature, options: Options = _DEFAULTS
) -> Result[bytes] | Result[EmailMessage]:
    """Put the signature where ``options.marker`` stands in the text the author wrote.

    The first marker of each rendering of the body is replaced, further ones are
    removed; a rendering without one gets the signature in its default place when
    another has it. Arguments, result and errors are those of ``inject``, and a signature
    that holds the marker itself is refused. Without a marker the message comes back as
    it is, with ``marker-not-found``.
    """
    _check(message, options)
    _check_signature(signature, options.marker)
    return _run(
        message,
        options,
        lambda root, limited: (
            planner.handled(root, options)
            or limited
            or planner.sign(root, signature, options, markers=True, default=False)
        ),
    )


@overload
def strip_dkim(message: Octets, options: Options = ...) -> Result[bytes]: ...


@overload
def strip_dkim(message: Message, options: Options = ...) -> Result[EmailMessage]: ...


def strip_dkim(
    message: Source, options: Options = _DEFAULTS
) -> Result[bytes] | Result[EmailMessage]:
    """Remove (or rename) the DKIM fields and the ARC chain, unconditionally.

    RFC 6376, RFC 8617; ``options.dkim`` and ``options.arc`` say how. The result is
    that of ``inject``, with ``nothing-to-strip`` where there was nothing.
    """
    _check(message, options)
    return _run(
        message, options, lambda root, limited: limited or planner.strip(root, options)
    )


@overload
def rewrite(
    message: Octets, signature: Signature | None, options: Options = ...
) -> Result[bytes]: ...


@overload
def rewrite(
    message: Message, signature: Signature | None, options: Options = ...
) -> Result[EmailMessage]: ...


def rewrite(
    message: Source, signature: Signature | None, options: Options = _DEFAULTS
) -> Result[bytes] | Result[EmailMessage]:
    """Do the whole job of a relay for one message.

    Refuse what is handled already; replace the marker, else inject; strip DKIM and
    ARC if the body changed; remove ``options.drop_fields``; stamp the handled field
    at the top. ``signature`` may be ``None``: no signature for this sender, but
    markers are removed all the same. Arguments, result and errors are those of
    ``replace_marker``.
    """
    _check(message, options)
    if signature is not None:
        _check_signature(signature, options.marker)

    def plan(root: Entity, limited: Plan | None) -> Plan:
        already = planner.handled(root, options)
        if already is not None:
            return already
        signed = limited or planner.sign(
            root, signature, options, markers=True, default=True
        )
        return planner.finish(root, signed, options)

    return _run(message, options, plan)


def _run(message: Source, options: Options, plan: _Planner) -> Result[Any]:
    if isinstance(message, _OCTETS):
        raw = message if isinstance(message, bytes) else bytes(message)
        return _result(raw, _planned(raw, options, plan), bytes, raw)
    from mailsig.message import octets_of, with_octets

    read = octets_of(message)
    if read is None:
        detail = "the object cannot be written out"
        skip = Skip((), SkipReason.MALFORMED_STRUCTURE, detail)
        return _result(b"", Plan(skipped=[skip]), bytes, message)
    raw, exact = read
    planned = _planned(raw, options, plan)
    return _result(raw, planned, partial(with_octets, message), message, exact)


def _planned(raw: bytes, options: Options, plan: _Planner) -> Plan:
    limited = None
    try:
        if len(raw) > options.max_octets:
            raise LimitError("max_octets")
        root = scan(raw, options.max_depth, options.max_parts)
    except LimitError as error:
        root = scan_header(raw)
        limited = Plan(skipped=[Skip((), SkipReason.LIMIT, str(error))])
    if not root.header.names:
        detail = "no header field can be read"
        return Plan(skipped=[Skip((), SkipReason.MALFORMED_STRUCTURE, detail)])
    if root.header_end - root.start > options.max_header_octets:
        return Plan(skipped=[Skip((), SkipReason.LIMIT, "max_header_octets")])
    return plan(root, limited)


def _result(
    raw: bytes,
    plan: Plan,
    build: Callable[[bytes], Any],
    same: object,
    exact: bool = True,
) -> Result[Any]:
    edits = ordered_edits(plan.edits, len(raw))
    output: Output[Any] = Output(raw, edits, build, None if edits else same)
    return Result(
        plan.outcome if edits else "unchanged",
        edits if exact else (),
        tuple(plan.changes),
        tuple(plan.signed),
        tuple(plan.skipped),
        output,
    )


def _check(message: object, options: object) -> None:
    if not isinstance(message, _OCTETS):
        from email.message import Message

        if not isinstance(message, Message):
            raise MailsigError(
                "message must be bytes, bytearray, memoryview or email.message.Message, "
                f"got {type(message).__name__}"
            )
    if not isinstance(options, Options):
        raise MailsigError(f"options must be Options, got {type(options).__name__}")


def _check_signature(signature: object, marker: str = "") -> None:
    if not isinstance(signature, Signature):
        raise MailsigError(f"signature must be a Signature, got {type(signature).__name__}")
    for variant in (signature, signature.reply):
        if variant is not None and placing.holds_marker(variant, marker):
            raise MailsigError(
                f"signature must not hold Options.marker, got one with {marker!r}"
            )
