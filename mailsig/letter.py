"""The signature of a letter: one plain text in ASCII, answering nothing and nothing odd.

``plan`` decides for all mail; for a letter it would come to the same edit. All rules are
asked here as well, each in its room. What is left out can't matter: other body parts,
octets that are no characters, another transfer encoding, a place above a history.

PERF (relay 10 KB, plain 2 KB): a quarter of the time less, and a third.
"""

from __future__ import annotations

from mailsig import guard, marker, once, placing, plain, transfer
from mailsig.edits import Edit
from mailsig.entity import Entity
from mailsig.options import Options
from mailsig.part import ENCODING, line_end
from mailsig.reply import seen_without_history
from mailsig.reply.evidence import is_reply
from mailsig.result import SignedPart
from mailsig.signature import Signature

# Labels under which all of ASCII is what it is, however it is read.
_CHARSETS = frozenset({"", "us-ascii", "utf-8", "iso-8859-1", "windows-1252"})
_ESCAPE = 27  # begins Japanese text, whatever the label


def sign(
    root: Entity, signature: Signature, options: Options, *, markers: bool
) -> tuple[Edit, SignedPart] | None:
    """Return the edit that signs a letter, and what is told of it; None: it is none.

    ``markers``: one would be replaced, so a text with one is no letter.
    """
    if not (_is_plain(root) and _is_usual(options) and signature.text.isascii()):
        return None
    wire = root.raw[root.body : root.end]
    if not wire.isascii() or _ESCAPE in wire or len(wire) > options.max_body_octets:
        return None
    if not _is_fresh(root, options):
        return None
    text = wire.decode("ascii")
    if markers and marker.find_in_text(text, options.marker, ((0, len(text)),)):
        return None
    # The dashes of an armour (PGP) would tell of a history as well.
    if not seen_without_history(text) or once.may_be_signed_text(text, signature):
        return None
    return _at_end(root, wire, text, signature, options)


def _is_usual(options: Options) -> bool:
    return (
        options.placement != "start"
        and options.client_signatures == "keep"
        and not options.once_per_thread
    )


def _is_plain(root: Entity) -> bool:
    """Whether a message is one text, and says nothing else of it than its charset."""
    if root.media_type != "text/plain" or root.disposition or root.unreadable:
        return False
    return (
        root.body > root.header_end
        and root.parameters.keys() <= {"charset"}
        and root.parameters.get("charset", "").lower() in _CHARSETS
        and transfer.encoding_named(root.value(ENCODING)) in transfer.IDENTITY
        and root.header.names.count(ENCODING) <= 1
    )


def _is_fresh(root: Entity, options: Options) -> bool:
    """Whether the header section neither says that it answers, nor why not to sign."""
    if is_reply(root, decoded=options.replies != "same"):
        return False
    return not guard.header_reasons(root)


def _at_end(
    root: Entity, wire: bytes, text: str, signature: Signature, options: Options
) -> tuple[Edit, SignedPart] | None:
    at = plain.end_of_text(text)
    delimiter = placing.wants_delimiter(text, signature, options, at, at_end=True)
    layout = plain.Layout(line_end(wire, root.raw).decode("ascii"))
    new = plain.compose(text, at, at, signature.text, delimiter, layout).encode("ascii")
    if transfer.makes_long_line(wire, [Edit(at, at, new)]):
        return None
    offset = root.body + at
    charset = root.parameters.get("charset") or "us-ascii"
    told = SignedPart((), root.media_type, "end", "high", at, charset)
    return Edit(offset, offset, new), told
