"""Send 10,000 generated messages through the relay: each must arrive exactly.

    python tests/long/fuzz_relay.py [MESSAGES [SEED]]

What arrives must be the input, the library's edits and one Received field, whatever the
message holds and however its octets are cut into packets; and the envelope must be the one
that was given. Prints what was sent, and exits with 1 at the first difference.
"""

from __future__ import annotations

import base64
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from relay_tools import SIGNATURE, Client, Taken, rig

import mailsig

_LINES = [
    b".", b"..", b". ", b".\xff", b"", b" ", b"\t", b"QUIT", b"RSET", b"DATA", b"-- ",
    b"From: x", b"--b", b"--b--", b"> quoted", b"On Monday, Kim wrote:", b"a" * 998,
    b"a" * 3000, b"\xc3\xa4\xc3\xb6", b"Gr\xfc\xdfe", b"=3D=20", b"=", b"{EMAILSIGNATURE}",
    b"<p>x</p>", b"</body></html>", b"\x01\x7f", b"Received: from x", b"X: \xf0\x9f\x98\x80",
]  # fmt: skip
_FIELDS = [
    b"DKIM-Signature: v=1;\r\n\tb=abc", b"Received: from a by b", b"X-Mailsig-Handled: Yes",
    b"Auto-Submitted: auto-replied", b"In-Reply-To: <a@b>", b"Subject: Gr\xfc\xdfe",
    b"X-Empty:", b"ARC-Seal: i=1; cv=none", b"List-Id: <x>", b"Broken field", b"To: a@b.org",
]  # fmt: skip
_ENVELOPES = [
    (b"<a@example.com>", b"<b@example.org>", b""),
    (b"<>", b"<b@example.org>", b""),
    (b'<"quoted >\\" local"@example.com>', b'<"a@b"@example.org>', b""),
    ("<jürgen@exämple.com>".encode(), "<käthe@example.org>".encode(), b" SMTPUTF8"),
    (b"<UPPER@Example.COM>", b"<a+b=c@[192.0.2.1]>", b" BODY=8BITMIME"),
    (b"<a@example.com>", b"<postmaster>", b" SIZE=100"),
]


def main(messages: int = 10_000, seed: int = 1) -> int:
    """Send them; return the exit code."""
    chance, kinds, began = random.Random(seed), Counter[str](), time.monotonic()
    with rig() as running:
        client = running.client()
        for number in range(messages):
            raw = message(chance)
            sender, recipient, parameters = chance.choice(_ENVELOPES)
            running.sink.taken.clear()
            reply = send(client, chance, raw, sender, recipient, parameters)
            result = mailsig.rewrite(raw, SIGNATURE)
            kinds[result.outcome] += 1
            fault = difference(running.sink.taken, reply, result.message, sender, recipient)
            if fault:
                print(f"FAIL message {number} of seed {seed}: {fault}\n{raw!r}")
                return 1
            if number % 200 == 199:
                client.close()
                client = running.client()
                running.stream.truncate(0)
    spent = time.monotonic() - began
    print(f"ok   {messages} messages in {spent:.0f} s, no difference: {dict(kinds)}")
    return 0


def difference(
    taken: list[Taken], reply: bytes, wanted: bytes, sender: bytes, recipient: bytes
) -> str:
    """Say what is wrong with what arrived; nothing: ``""``."""
    if not reply.startswith(b"250"):
        return f"refused: {reply!r}"
    if len(taken) != 1:
        return f"{len(taken)} messages arrived"
    one = taken[0]
    if wanted and not wanted.endswith(b"\r\n"):
        wanted += b"\r\n"  # SMTP knows no other end
    if one.without_received != wanted:
        return f"arrived as {one.content!r}"
    if not one.mail.startswith(b"FROM:" + sender + b" "):
        return f"sender {one.mail!r}"
    if one.recipients != [b"TO:" + recipient]:
        return f"recipient {one.recipients!r}"
    return ""


def send(
    client: Client,
    chance: random.Random,
    raw: bytes,
    sender: bytes,
    recipient: bytes,
    parameters: bytes,
) -> bytes:
    """Send one message, its octets cut at random; return the last reply."""
    for refused in client.begin(sender, recipient, parameters=parameters):
        if not refused.startswith(b"250"):
            return refused
    client.command(b"DATA")
    octets = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"
    position = 0
    while position < len(octets):
        size = chance.choice((1, 2, 3, 5, 100, 10_000))
        client.send(octets[position : position + size])
        position += size
    return client.reply()


def message(chance: random.Random) -> bytes:
    """Return a message: plain, multipart, base64, or hardly one."""
    fields = chance.sample(_FIELDS, chance.randrange(6))
    lines = [chance.choice(_LINES) for _ in range(chance.randrange(12))]
    body = b"".join(line + b"\r\n" for line in lines)
    kind = chance.randrange(6)
    if kind == 0:
        return b"".join(line + b"\r\n" for line in fields) + body
    if kind == 1:
        fields += [b"MIME-Version: 1.0", b"Content-Type: text/plain; charset=utf-8"]
        fields += [b"Content-Transfer-Encoding: base64"]
        body = base64.encodebytes(body).replace(b"\n", b"\r\n")
    elif kind == 2:
        fields += [b"MIME-Version: 1.0", b"Content-Type: text/html; charset=iso-8859-1"]
        body = b"<html><body>\r\n" + body + b"</body></html>\r\n"
    elif kind == 3:
        fields += [b'Content-Type: multipart/alternative; boundary="b"']
        body = (
            b"--b\r\n\r\n"
            + body
            + b"\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n"
            b"--b--\r\n"
        )
    return b"".join(line + b"\r\n" for line in fields) + b"\r\n" + body


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
