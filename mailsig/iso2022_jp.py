"""ISO-2022-JP as mail has it: with the letters of NEC and IBM, and narrow kana.

Windows calls it code page 50220. Python's codec knows neither ``①`` nor ``髙``, which
stand in every other business mail; that of Shift_JIS does, and the two count alike.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby

# RFC 1468, and the narrow kana of JIS X 0201: what each escape switches to.
_SWITCH = re.compile(rb"\x1b(\$[@B]|\([BIJ])")
_ASCII, _KANA = (b"(B", b"(J"), b"(I"
_LETTERS = re.compile(rb"[!-~]*+")


def decode(octets: bytes) -> tuple[str, list[int]] | None:
    """Return the text, and the offsets at which ASCII can be put between its letters.

    There is one in front of each, and one at the end; inside of a run that is switched to
    they are of no use. ``None``: nothing is switched, or it is another charset.
    """
    switches = [*_SWITCH.finditer(octets)]
    if all(match[1] in _ASCII for match in switches):
        return None
    text: list[str] = []
    offsets: list[int] = []
    before, at, mode = 0, 0, b"(B"
    for match in (*switches, None):
        end = match.start() if match else len(octets)
        try:
            letters = _letters(octets[at:end], mode)
        except ValueError:
            return None
        if letters and mode not in _ASCII:
            size = (end - at) // len(letters)
            offsets += (before, *range(at + size, end, size))
        else:
            offsets += range(at, end)
        text.append(letters)
        if match:
            before, at, mode = end, match.end(), match[1]
    return "".join(text), [*offsets, len(octets)]


def encode(text: str) -> bytes:
    """Return text in this charset.

    Raises:
        ValueError: It has letters that this charset lacks.
    """
    pieces = []
    for mode, run in groupby(text, _mode):
        letters = "".join(run)
        if mode in _ASCII:
            pieces.append(letters.encode("ascii"))
        elif mode == _KANA:
            kana = bytes(octet & 0x7F for octet in letters.encode("cp932"))
            pieces.append(b"\x1b(I" + kana + b"\x1b(B")
        else:
            pieces.append(b"\x1b$B" + b"".join(map(_unshifted, letters)) + b"\x1b(B")
    return b"".join(pieces)


def _mode(letter: str) -> bytes:
    if letter.isascii():
        return b"(B"
    return _KANA if "\uff61" <= letter <= "\uff9f" else b"$B"


def _unshifted(letter: str) -> bytes:
    lead, trail = letter.encode("cp932")
    if lead >= 0xF0:  # rows that are none of JIS: NEC has the letters of IBM among its own
        found = _nec_rows().get(letter)
        if found is None:
            raise ValueError("a letter of nobody's")
        return found
    row = 2 * (lead - (0x81 if lead < 0xA0 else 0xC1)) + 0x21
    if trail >= 0x9F:
        return bytes((row + 1, trail - 0x7E))
    return bytes((row, trail - (0x1F if trail < 0x7F else 0x20)))


@cache
def _nec_rows() -> dict[str, bytes]:
    found = {}
    for row in range(0x79, 0x7D):
        for cell in range(0x21, 0x7F):
            letter = _shifted(row, cell).decode("cp932", "ignore")
            found[letter] = bytes((row, cell))
    return found


def _letters(octets: bytes, mode: bytes) -> str:
    if mode in _ASCII:
        if b"\x1b" in octets:
            raise ValueError("an escape of another charset")
        return octets.decode("ascii")
    if not _LETTERS.fullmatch(octets):
        raise ValueError("a line that ends without an escape")
    if mode == _KANA:
        return bytes(octet | 0x80 for octet in octets).decode("cp932")
    pairs = zip(octets[::2], octets[1::2], strict=True)
    return b"".join(_shifted(*pair) for pair in pairs).decode("cp932")


def _shifted(row: int, cell: int) -> bytes:
    """Return the octets of a letter in Shift_JIS, which puts two rows into one."""
    lead = ((row - 0x21) >> 1) + (0x81 if row <= 0x5E else 0xC1)
    if row % 2:
        return bytes((lead, cell + (0x1F if cell < 0x60 else 0x20)))
    return bytes((lead, cell + 0x7E))
