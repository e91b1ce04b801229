"""What a message may hold on its way in and out (RFC 5321 2.3.8, 4.1.1.4, 6.3): octets.

The input is searched once for what may not pass. Of what a policy makes of it only the
policy's own pieces are searched again: pieces that are views into the input (as
``mailsig.Result.chunks`` gives them) hold what has been searched, and count by their ends
alone, since a cut may divide a CRLF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay_values import Capabilities, Reply

Piece = bytes | memoryview

_RECEIVED = re.compile(rb"^received:", re.IGNORECASE | re.MULTILINE)
_HEADER_END = b"\r\n\r\n"
_CR, _LF = b"\r\n"


def refusal(content: bytes, can: Capabilities, max_hops: int) -> Reply | None:
    """Return the reply that refuses a message as it came, or None."""
    if has_stray_line_ends(content) or b"\0" in content:
        # aiosmtplib would mend them, the next hop might see a second message in them.
        return Reply(554, "5.6.0 bare CR, LF or NUL in the message")
    if can.size is not None and len(content) > can.size:
        return Reply(552, "5.3.4 message is too big for the next hop")
    if not can.eight_bit and not content.isascii():
        return Reply(554, "5.6.3 next hop takes no 8-bit message")
    header = content[: content.find(_HEADER_END) + 1 or len(content)]
    if len(_RECEIVED.findall(header)) > max_hops:
        return Reply(554, "5.4.6 too many hops")
    return None


def has_stray_line_ends(octets: bytes) -> bool:
    """Whether there is a CR or LF that is not part of a CRLF."""
    return not octets.count(b"\r\n") == octets.count(b"\r") == octets.count(b"\n")


def joined(trace: bytes, pieces: Iterable[Piece]) -> bytes:
    """Return the message with our trace field; it ends with a line end."""
    octets = b"".join([trace, *pieces])
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"


def unfit(
    octets: bytes,
    pieces: Iterable[Piece],
    content: bytes,
    can: Capabilities,
    *,
    seven_bit: bool,
) -> str | None:
    """Say why what the policy made may not go out, though the input may.

    ``octets`` are the ``pieces`` joined, behind the trace field; ``content`` is the input,
    which was not refused.
    """
    if can.size is not None and len(octets) > can.size:
        return "too big for the next hop"
    if seven_bit and not octets.isascii():
        return "would become an 8-bit message"
    if has_stray_line_ends(b"".join([_ends(piece, content) for piece in pieces])):
        return "would hold a bare CR or LF"
    return None


def _ends(piece: Piece, content: bytes) -> Piece:
    """Return all of a policy's own piece; of one that is in the input, what its ends do."""
    # A view with gaps is no stretch of the input, but nor can it be joined.
    is_view = isinstance(piece, memoryview) and piece.obj is content and piece.format == "B"
    if not piece or not (is_view or piece is content):
        return piece
    half_first = b"\n" if piece[0] == _LF else b""
    half_last = b"\r" if piece[-1] == _CR else b""
    return half_first + b" " + half_last
