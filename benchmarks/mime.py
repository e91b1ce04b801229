"""Just enough MIME to build messages: header sections, leaves, multiparts.

Built by hand and not by the email package, so that the benchmark's messages look like
those of mail clients (and a hundred megabytes take a second, not a minute).
"""

from __future__ import annotations

import binascii
import random
import textwrap

CRLF = b"\r\n"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def boundary(rng: random.Random, style: str = "outlook") -> str:
    """Return a boundary as long and as random as real clients make them."""
    digits = "".join(rng.choices(_ALPHABET, k=24))
    return f"_000_{digits}EXCHANGE_" if style == "outlook" else f"Apple-Mail={digits}"


def quoted_printable(text: str, charset: str = "utf-8") -> bytes:
    octets = text.replace("\n", "\r\n").encode(charset)
    return binascii.b2a_qp(octets, istext=True)


def base64(octets: bytes) -> bytes:
    """Return lines of 76 characters with CRLF, the last one included."""
    packed = binascii.b2a_base64(octets, newline=False)
    rows = [packed[at : at + 76] for at in range(0, len(packed), 76)]
    return CRLF.join([*rows, b""])


def wrapped(paragraphs: list[str], width: int = 76) -> str:
    """Return plain text: every paragraph filled to ``width``, blank lines between."""
    return "\n\n".join(textwrap.fill(each, width) for each in paragraphs) + "\n"


def fields(*lines: str) -> bytes:
    return b"".join(line.encode() + CRLF for line in lines)


def leaf(content_type: str, encoding: str, body: bytes, *more: str) -> bytes:
    """Return a body part: its fields, the empty line, its body."""
    encoding_field = f"Content-Transfer-Encoding: {encoding}"
    return fields(f"Content-Type: {content_type}", encoding_field, *more) + CRLF + body


def multipart(subtype: str, delimiter: str, parts: list[bytes], *more: str) -> bytes:
    """Return a multipart entity, closed, without anything behind the last delimiter."""
    head = fields(
        f'Content-Type: multipart/{subtype};\r\n\tboundary="{delimiter}"{"".join(more)}'
    )
    mark = b"--" + delimiter.encode()
    pieces = [head, CRLF]
    for part in parts:
        pieces += [mark, CRLF, part, CRLF]
    return b"".join([*pieces, mark, b"--", CRLF])


def envelope(rng: random.Random, subject: str, entity: bytes) -> bytes:
    """Return ``entity`` under the header section that a mail out of Microsoft 365 has."""
    ident = "".join(rng.choices("0123456789ABCDEF", k=24))
    seal = [base64(rng.randbytes(54)).decode().strip() for _ in range(5)]
    head = fields(
        "Received: from AM0PR04MB1.eurprd04.prod.outlook.com (2603:10a6:208:c1::12)",
        " by VI1PR04MB2.eurprd04.prod.outlook.com (2603:10a6:803:5a::20) with Microsoft",
        " SMTP Server (version=TLS1_2) id 15.20.7001.11; Mon, 2 Feb 2026 09:12:13 +0000",
        "Received: from AM0PR04MB1.eurprd04.prod.outlook.com ([fe80::4be4:1c2a])",
        " by AM0PR04MB1.eurprd04.prod.outlook.com; Mon, 2 Feb 2026 09:12:12 +0000",
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com;",
        " s=selector1; h=From:Date:Subject:Message-ID:Content-Type:MIME-Version;",
        f" bh={seal[0][:44]}; b={seal[0]}",
        *(f" {line}" for line in seal[1:]),
        "Authentication-Results: spf=pass smtp.mailfrom=example.com; dkim=pass",
        "From: Jo Doe <jo.doe@example.com>",
        "To: Max Example <max@example.org>",
        f"Subject: {subject}",
        f"Thread-Index: {base64(rng.randbytes(22)).decode().strip()}",
        "Date: Mon, 2 Feb 2026 09:12:11 +0000",
        f"Message-ID: <{ident}@AM0PR04MB1.eurprd04.prod.outlook.com>",
        "Accept-Language: en-GB, en-US",
        "Content-Language: en-GB",
        "X-MS-Has-Attach:",
        "X-MS-TNEF-Correlator:",
        "MIME-Version: 1.0",
    )
    return head + entity
