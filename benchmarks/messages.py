"""The messages of the benchmark, made from seeds: the same octets on every machine.

Each maker returns one message with CRLF line ends, as a relay receives it. The mix
follows what a company's outgoing mail looks like; sizes are of the wire.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks import html, mime, prose
from benchmarks.mime import base64, envelope, leaf, multipart, quoted_printable

Maker = Callable[[], bytes]

_TEXT = 'text/plain; charset="utf-8"'
_HTML = 'text/html; charset="utf-8"'
_MEGABYTE = 1 << 20


def _alternative(rng: random.Random, text: str, page: str, style: str = "outlook") -> bytes:
    branches = [
        leaf(_TEXT, "quoted-printable", quoted_printable(text)),
        leaf(_HTML, "quoted-printable", quoted_printable(page)),
    ]
    return multipart("alternative", mime.boundary(rng, style), branches)


def _attachment(rng: random.Random, octets: int, number: int) -> bytes:
    name = f"report-{number}.pdf"
    body = base64(b"%PDF-1.7\n" + rng.randbytes(octets * 3 // 4))
    return leaf(
        f'application/pdf; name="{name}"',
        "base64",
        body,
        f'Content-Disposition: attachment; filename="{name}"',
    )


def _picture(rng: random.Random, octets: int, number: int) -> bytes:
    name = f"image{number:03}.png"
    body = base64(b"\x89PNG\r\n\x1a\n" + rng.randbytes(octets * 3 // 4))
    return leaf(
        f'image/png; name="{name}"',
        "base64",
        body,
        f"Content-ID: <{name}@01DA5A11.5E0F>",
        f'Content-Disposition: inline; filename="{name}"',
    )


def plain(seed: int, octets: int) -> bytes:
    """Return a short mail in plain US-ASCII text."""
    rng = random.Random(seed)
    body = mime.wrapped(prose.paragraphs(rng, octets)).replace("\n", "\r\n").encode()
    return envelope(rng, "Offer", leaf("text/plain; charset=us-ascii", "7bit", body))


def plain_base64(seed: int, octets: int) -> bytes:
    """Return plain text in base64, as mobile clients like to send it."""
    rng = random.Random(seed)
    body = "\r\n".join(prose.lines(rng, prose.GERMAN, octets * 3 // 4)) + "\r\n"
    return envelope(rng, "Angebot", leaf(_TEXT, "base64", base64(body.encode())))


def plain_8bit(seed: int, octets: int) -> bytes:
    """Return German text in UTF-8, 8bit."""
    rng = random.Random(seed)
    body = "\r\n".join(prose.lines(rng, prose.GERMAN, octets)) + "\r\n"
    return envelope(rng, "Angebot", leaf(_TEXT, "8bit", body.encode()))


def iso_2022_jp(seed: int, octets: int) -> bytes:
    """Return Japanese text in ISO-2022-JP, 7bit: ASCII octets that aren't ASCII."""
    rng = random.Random(seed)
    body = "\r\n".join(prose.lines(rng, prose.JAPANESE, octets)) + "\r\n"
    octets_of_body = body.encode("iso-2022-jp")
    return envelope(
        rng, "Offer", leaf("text/plain; charset=ISO-2022-JP", "7bit", octets_of_body)
    )


def outlook_reply(seed: int, octets: int) -> bytes:
    """Return a reply by Outlook over a thread: alternative, quoted-printable."""
    rng = random.Random(seed)
    return envelope(
        rng, "RE: Offer", _alternative(rng, *html.outlook_reply(rng, octets // 2))
    )


def newsletter(seed: int, octets: int) -> bytes:
    """Return a newsletter: alternative, quoted-printable, tables in tables."""
    rng = random.Random(seed)
    return envelope(rng, "News", _alternative(rng, *html.newsletter(rng, octets * 5 // 8)))


def html_base64(seed: int, octets: int) -> bytes:
    """Return one HTML part in base64."""
    rng = random.Random(seed)
    body = html.page(rng, octets).replace("\n", "\r\n").encode()
    return envelope(rng, "Offer", leaf(_HTML, "base64", base64(body)))


def pictures(seed: int, octets: int) -> bytes:
    """Return related(alternative, three pictures), as Outlook sends it."""
    rng = random.Random(seed)
    names = [f"image{number:03}.png@01DA5A11.5E0F" for number in range(1, 4)]
    shown = "".join(f'<p class="MsoNormal"><img src="cid:{name}"></p>\n' for name in names)
    body = _alternative(rng, *html.outlook_reply(rng, 12_000, shown))
    images = [_picture(rng, (octets - 30_000) // 3, number) for number in range(1, 4)]
    kind = ';\r\n\ttype="multipart/alternative"'
    entity = multipart("related", mime.boundary(rng), [body, *images], kind)
    return envelope(rng, "RE: Offer", entity)


def attachments(seed: int, octets: int, count: int = 3) -> bytes:
    """Return mixed(alternative reply, ``count`` base64 attachments)."""
    rng = random.Random(seed)
    body = _alternative(rng, *html.outlook_reply(rng, 12_000))
    size = max(1_000, (octets - 30_000) * 76 // 78 // count)
    files = [_attachment(rng, size, number) for number in range(count)]
    return envelope(
        rng, "RE: Offer", multipart("mixed", mime.boundary(rng), [body, *files])
    )


def many_parts(seed: int, parts: int, octets: int = 600) -> bytes:
    """Return mixed(text, ``parts`` - 1 small attachments)."""
    rng = random.Random(seed)
    text = mime.wrapped(prose.paragraphs(rng, 800)).replace("\n", "\r\n").encode()
    first = leaf("text/plain; charset=us-ascii", "7bit", text)
    small = [_attachment(rng, octets, number) for number in range(20)]
    files = [small[number % len(small)] for number in range(parts - 1)]
    return envelope(rng, "Offer", multipart("mixed", mime.boundary(rng), [first, *files]))


def nested(seed: int, levels: int) -> bytes:
    """Return an alternative inside ``levels`` multipart/mixed, an attachment on each."""
    rng = random.Random(seed)
    entity = _alternative(rng, *html.outlook_reply(rng, 6_000))
    for level in range(levels):
        small = _attachment(rng, 120, level)
        entity = multipart("mixed", mime.boundary(rng), [entity, small])
    return envelope(rng, "RE: Offer", entity)


MESSAGES: dict[str, Maker] = {
    "plain 2 KB": partial(plain, 1, 500),
    "ISO-2022-JP 4 KB": partial(iso_2022_jp, 2, 2_600),
    "UTF-8 8bit 6 KB": partial(plain_8bit, 3, 4_300),
    "reply 30 KB": partial(outlook_reply, 4, 34_000),
    "newsletter 100 KB": partial(newsletter, 5, 102_000),
    "base64 HTML 200 KB": partial(html_base64, 6, 140_000),
    "pictures 500 KB": partial(pictures, 7, 488_000),
    "1,000 parts": partial(many_parts, 8, 1_000),
    "50 levels": partial(nested, 9, 50),
    "64,000 parts": partial(many_parts, 10, 64_000, 0),
    "attachments 1 MB": partial(attachments, 11, _MEGABYTE),
    "attachments 10 MB": partial(attachments, 12, 10 * _MEGABYTE),
    "attachments 25 MB": partial(attachments, 13, 25 * _MEGABYTE),
    "attachments 100 MB": partial(attachments, 14, 100 * _MEGABYTE),
}
"""Makers by the name that the tables show."""

QUICK = (
    "plain 2 KB",
    "reply 30 KB",
    "newsletter 100 KB",
    "base64 HTML 200 KB",
    "attachments 1 MB",
)

# Kinds of mail in a company's mailbox, in per cent, with the range of their sizes
# (spread by their logarithm, the smaller ones more often).
_MIX: tuple[tuple[int, Callable[[int, int], bytes], int, int], ...] = (
    (18, plain, 400, 30_000),
    (4, plain_base64, 1_000, 12_000),
    (30, outlook_reply, 10_000, 200_000),
    (20, newsletter, 25_000, 250_000),
    (15, pictures, 60_000, 500_000),
    (13, attachments, 50_000, 3_500_000),
)


def mailbox(count: int = 1_000, seed: int = 2026) -> Iterator[bytes]:
    """Yield the mails of a mailbox: its median is about 40 KB, its largest some MB."""
    rng = random.Random(seed)
    shares = [share for share, *_ in _MIX]
    for number in range(count):
        _, maker, low, high = rng.choices(_MIX, shares)[0]
        size = int(low * (high / low) ** rng.random() ** 1.5)
        yield maker(seed + number, size)
