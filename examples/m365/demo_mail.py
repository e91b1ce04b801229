"""The messages of the demo: one of each kind that the round trip must know."""

from __future__ import annotations

from dataclasses import dataclass

ANN, BOB = "ann@contoso.example", "bob@example.net"
BOARD, ROOM = "board@contoso.example", "room1@contoso.example"


@dataclass(frozen=True, slots=True)
class Sample:
    """A message, who sends it and who gets it."""

    title: str
    sender: str
    recipients: list[str]
    raw: bytes


def message(subject: str, to: str, *lines: str, sender: str = ANN) -> bytes:
    """Return a message with CRLF: the fields that all have, then ``lines``."""
    head = [
        f"From: Ann Example <{sender}>",
        f"To: <{to}>",
        f"Subject: {subject}",
        "Date: Mon, 02 Mar 2026 09:00:00 +0000",
        f"Message-ID: <{subject.lower().replace(' ', '-')}@contoso.example>",
        "MIME-Version: 1.0",
    ]
    return "\r\n".join([*head, *lines, ""]).encode()


def plain(subject: str = "Plain text", to: str = BOB, sender: str = ANN) -> bytes:
    """Return a plain text message."""
    return message(
        subject,
        to,
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 7bit",
        "",
        "Hello,",
        "the figures are on their way.",
        sender=sender,
    )


def reply() -> bytes:
    """Return an HTML reply as Outlook writes it, with the history below."""
    return message(
        "RE HTML reply",
        BOB,
        'Content-Type: text/html; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "",
        "<html><head></head><body>",
        '<div class="WordSection1"><p class="MsoNormal">Yes, Tuesday is fine.</p>',
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0 0 0">',
        '<p class="MsoNormal"><b>From:</b> Bob &lt;bob@example.net&gt;<br>',
        "<b>Sent:</b> Monday, March 2, 2026 8:55 AM<br>",
        "<b>To:</b> Ann &lt;ann@contoso.example&gt;<br>",
        "<b>Subject:</b> HTML reply</p></div></div>",
        '<p class="MsoNormal">Shall we meet on Tuesday?</p></div>',
        "</body></html>",
    )


def signed() -> bytes:
    """Return an S/MIME signed message (RFC 8551 3.5); the signature is made up."""
    return message(
        "Signed",
        BOB,
        'Content-Type: multipart/signed; protocol="application/pkcs7-signature";',
        ' micalg=sha-256; boundary="s1"',
        "",
        "--s1",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "This text is sealed.",
        "--s1",
        'Content-Type: application/pkcs7-signature; name="smime.p7s"',
        "Content-Transfer-Encoding: base64",
        "",
        "MIIBVwYJKoZIhvcNAQcCoIIBSDCCAUQCAQExADALBgkqhkiG9w0BBwE=",
        "--s1--",
    )


def encrypted() -> bytes:
    """Return an S/MIME encrypted message (RFC 8551 3.3)."""
    return message(
        "Encrypted",
        BOB,
        'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
        "Content-Transfer-Encoding: base64",
        "",
        "MIIBVwYJKoZIhvcNAQcDoIIBSDCCAUQCAQAxADALBgkqhkiG9w0BBwE=",
    )


def armoured() -> bytes:
    """Return a message with an inline PGP block (RFC 9580 6.2): never to be touched."""
    return message(
        "Armoured",
        BOB,
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "-----BEGIN PGP SIGNED MESSAGE-----",
        "Hash: SHA256",
        "",
        "This text is sealed, too.",
        "-----BEGIN PGP SIGNATURE-----",
        "",
        "iHUEARYKAB0WIQTest",
        "-----END PGP SIGNATURE-----",
    )


def meeting(to: str = ROOM) -> bytes:
    """Return a meeting request (RFC 6047)."""
    return message(
        "Meeting request",
        to,
        'Content-Type: multipart/alternative; boundary="m1"',
        "",
        "--m1",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "Let us meet.",
        "--m1",
        "Content-Type: text/calendar; charset=us-ascii; method=REQUEST",
        "",
        "BEGIN:VCALENDAR",
        "METHOD:REQUEST",
        "END:VCALENDAR",
        "--m1--",
    )


def samples() -> list[Sample]:
    """Return the demo's messages, in order."""
    return [
        Sample("plain text to the outside", ANN, [BOB], plain()),
        Sample("HTML reply, history below", ANN, [BOB], reply()),
        Sample("inline PGP: comes back as it went", ANN, [BOB], armoured()),
        Sample("S/MIME signed", ANN, [BOB], signed()),
        Sample("meeting request to a room", ANN, [ROOM], meeting()),
        Sample("to a closed group", ANN, [BOARD], plain("To the board", BOARD)),
        Sample(
            "from outside, answered by out-of-office",
            BOB,
            ["carl@contoso.example"],
            plain("Are you there", "carl@contoso.example", BOB),
        ),
    ]
