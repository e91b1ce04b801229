"""Hard cases 27 to 39: what is sealed, and what no person wrote."""

from __future__ import annotations

from cases import (
    B64,
    DKIM,
    HEAD,
    MIME,
    PLAIN,
    Case,
    b64,
    html,
    mail,
    multi,
    part,
    pdf,
    plain,
)

from mailsig.options import Options
from mailsig.result import SkipReason

SEAL = part(
    b"application/pgp-signature; name=signature.asc",
    b"-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\n",
)
PGP_SIGNED = b'signed; micalg=pgp-sha256; protocol="application/pgp-signature"'
ARMOUR = (
    b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0aa\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n"
)
CLEARSIGNED = (
    b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello\r\n"
    b"-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\n"
)
FOLDED = plain().replace(
    b"Content-Type", b"In-Reply-To:\r\n <0@example.com>\r\nContent-Type"
)
SIGNED = multi(PGP_SIGNED, b"sig1", FOLDED, SEAL)
ALLOWED = Options(
    allow=frozenset({SkipReason.AUTO_SUBMITTED, SkipReason.TNEF, SkipReason.CALENDAR})
)
TNEF = part(b"application/ms-tnef; name=winmail.dat", b64(b"\x78\x9f\x3e\x22" * 20), B64)


def report(kind: bytes, machine: bytes) -> bytes:
    return multi(b"report; report-type=" + kind, b"r1", plain(b"It failed.\r\n"), machine)


def never(name: str, raw: bytes, *reasons: str, options: Options | None = None) -> Case:
    return Case(id=name, raw=raw, signed=(), reasons=reasons, options=options or Options())


CASES = [
    never(
        "b28-smime-opaque-behind-a-comment",
        mail(
            part(
                b"(a; b) application/pkcs7-mime; smime-type=enveloped-data",
                b64(b"\x30\x82\x01"),
                B64,
            )
        ),
        "encrypted",
    ),
    never("b27-pgp-mime-signed", DKIM + mail(SIGNED), "signed"),
    never(
        "b27-smime-signed",
        DKIM
        + mail(
            multi(
                b'signed; micalg=sha-256; protocol="application/pkcs7-signature"',
                b"sig1",
                multi(b"alternative", b"b2", plain(), html()),
                part(b"application/pkcs7-signature; name=smime.p7s", b64(b"0" * 90), B64),
            )
        ),
        "signed",
    ),
    never(
        "b28-signed-inside-mixed",
        mail(multi(b"mixed", b"b1", SIGNED, plain(b"list footer\r\n"))),
        "signed",
    ),
    never(
        "b29-signed-around-mixed",
        mail(multi(PGP_SIGNED, b"sig1", multi(b"mixed", b"b1", plain(), pdf()), SEAL)),
        "signed",
    ),
    Case(
        id="b30-signed-beside-the-body",
        raw=mail(multi(b"mixed", b"b1", plain(b"see below\r\n"), SIGNED)),
        signed=None,
        reasons=("signed",),
        holds=(SIGNED,),
    ),
    never(
        "b31-pkcs7-signed-data",
        mail(
            part(
                b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
                b64(b"0"),
                B64,
            )
        ),
        "signed",
        "encrypted",
    ),
    never(
        "b31-pkcs7-enveloped-data",
        mail(
            part(
                b"application/x-pkcs7-mime; smime-type=enveloped-data", b64(b"0" * 80), B64
            )
        ),
        "encrypted",
    ),
    never(
        "b31-octet-stream-smime-p7m",
        mail(
            part(
                b"application/octet-stream",
                b64(b"0" * 80),
                B64,
                b"Content-Disposition: attachment; filename=smime.p7m",
            )
        ),
        "encrypted",
        "signed",
    ),
    never(
        "b32-pgp-mime-encrypted",
        mail(
            multi(
                b'encrypted; protocol="application/pgp-encrypted"',
                b"e1",
                part(b"application/pgp-encrypted", b"Version: 1\r\n"),
                part(b"application/octet-stream; name=encrypted.asc", ARMOUR),
            )
        ),
        "encrypted",
    ),
    never(
        "b32-encrypted-in-pieces",
        mail(
            multi(
                b"mixed",
                b"e1",
                plain(b"\r\n"),
                part(b"application/pgp-encrypted", b"Version: 1\r\n"),
                part(b"application/octet-stream; name=encrypted.asc", ARMOUR),
            )
        ),
        "encrypted",
    ),
    never("b33-inline-pgp-encrypted", mail(plain(ARMOUR)), "inline-pgp"),
    never(
        "b33-inline-pgp-after-a-text", mail(plain(PLAIN + b"\r\n" + ARMOUR)), "inline-pgp"
    ),
    never("b33-inline-pgp-clearsigned", mail(plain(CLEARSIGNED)), "inline-pgp"),
    never(
        "b33-inline-pgp-in-html",
        mail(html(b"<html><body><pre>" + ARMOUR + b"</pre></body></html>\r\n")),
        "inline-pgp",
    ),
    never(
        "b33-inline-pgp-in-one-alternative",
        mail(multi(b"alternative", b"b1", plain(CLEARSIGNED), html())),
        "inline-pgp",
    ),
    Case(
        id="b34-pgp-in-the-quoted-history",
        raw=mail(
            plain(
                b"No, I can't read it.\r\n\r\nOn Tue, 2 Jan 2024, Bob wrote:\r\n> "
                + ARMOUR.rstrip().replace(b"\r\n", b"\r\n> ")
                + b"\r\n"
            )
        ),
        between={(): ("read it.", "wrote:")},
    ),
    never(
        "b35-delivery-status",
        mail(
            report(
                b"delivery-status",
                part(
                    b"message/delivery-status",
                    b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; b@x\r\n",
                ),
            ),
            b"Return-Path: <>",
        ),
        "report",
    ),
    never(
        "b35-disposition-notification",
        mail(
            report(
                b"disposition-notification",
                part(
                    b"message/disposition-notification",
                    b"Disposition: manual; displayed\r\n",
                ),
            )
        ),
        "report",
    ),
    never(
        "b35-feedback-report",
        mail(
            report(b"feedback-report", part(b"message/feedback-report", b"Version: 1\r\n"))
        ),
        "report",
    ),
    never(
        "b35-tls-report",
        mail(report(b"tlsrpt", part(b"application/tlsrpt+gzip", b64(b"0" * 40), B64))),
        "report",
    ),
    never(
        "b35-report-inside-mixed",
        mail(
            multi(
                b"mixed",
                b"b1",
                report(
                    b"delivery-status",
                    part(b"message/delivery-status", b"Action: failed\r\n"),
                ),
            )
        ),
        "report",
    ),
    never(
        "b36-auto-replied",
        mail(plain(), b"Auto-Submitted: auto-replied (vacation)"),
        "auto-submitted",
    ),
    never(
        "b36-auto-generated",
        mail(plain(), b"auto-submitted: Auto-Generated"),
        "auto-submitted",
    ),
    never("b36-x-autoreply", mail(plain(), b"X-Autoreply: yes"), "auto-submitted"),
    never("b36-x-autorespond", mail(plain(), b"X-Autorespond: on leave"), "auto-submitted"),
    never(
        "b36-precedence-auto-reply",
        mail(plain(), b"Precedence: auto_reply"),
        "auto-submitted",
    ),
    Case(id="b36-auto-submitted-no", raw=mail(plain(), b"Auto-Submitted: no")),
    Case(
        id="b36-auto-response-suppress-alone",
        raw=mail(plain(), b"X-Auto-Response-Suppress: All"),
    ),
    Case(
        id="b36-mailing-list",
        raw=mail(plain(), b"Precedence: list", b"List-Id: <a.example.com>"),
    ),
    Case(id="b36-bulk", raw=mail(plain(), b"Precedence: bulk")),
    Case(
        id="b36-allowed",
        raw=mail(plain(), b"Auto-Submitted: auto-replied"),
        options=ALLOWED,
    ),
    Case(
        id="b36-marker-is-an-explicit-wish",
        raw=mail(
            plain(b"I am away.\r\n\r\n{EMAILSIGNATURE}\r\n"),
            b"Auto-Submitted: auto-replied",
        ),
        replaced=True,
        lacks=(b"{EMAILSIGNATURE}",),
    ),
    never(
        "b37-rpmsg-attachment",
        mail(
            multi(
                b"mixed",
                b"b1",
                plain(b"This message is protected.\r\n"),
                part(
                    b"application/x-microsoft-rpmsg-message; name=message.rpmsg",
                    b64(b"0" * 80),
                    B64,
                    b"Content-Disposition: attachment; filename=message.rpmsg",
                ),
            )
        ),
        "rights-managed",
    ),
    never(
        "b37-content-class",
        mail(
            multi(b"mixed", b"b1", plain(b"Protected.\r\n"), pdf()),
            b"Content-Class: rpmsg.message",
        ),
        "rights-managed",
    ),
    never("b38-winmail-dat", mail(multi(b"mixed", b"b1", plain(b"\r\n"), TNEF)), "tnef"),
    never("b38-root-tnef", mail(TNEF), "tnef", "no-text-body"),
    Case(
        id="b38-winmail-dat-allowed",
        raw=mail(multi(b"mixed", b"b1", plain(), TNEF)),
        options=ALLOWED,
        signed=((0,),),
    ),
    never(
        "b39-journal-report",
        mail(
            multi(
                b"mixed",
                b"b1",
                plain(b"Sender: a@example.com\r\nMessage-ID: <1@x>\r\n"),
                part(b"message/rfc822", HEAD + MIME + plain()),
            ),
            b"X-MS-Journal-Report:",
        ),
        "report",
        "auto-submitted",
        "nested-message",
    ),
]
