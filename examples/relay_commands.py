"""MAIL and RCPT as octets (RFC 5321 4.1.2): taken as they are, or refused.

aiosmtpd would decode comments, encoded words and quotes inside addresses, and so deliver
to other people than the client named. Here an address is never parsed into anything: it
fits the grammar and goes on octet for octet, or it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from relay_values import Capabilities, Reply

_TEXT = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\x80-\xff-]"  # atext, dots wherever they are
_QUOTED = rb'"(?:[ !#-\[\]-~\x80-\xff]|\\[ -~])*+"'
_NAME = rb"[A-Za-z0-9_\x80-\xff-]"
_DOMAIN = rb"(?:%b++(?:\.%b++)*+\.?|\[[!-Z^-~]++\])" % (_NAME, _NAME)
_MAILBOX = rb"(?:%b++|%b)@%b" % (_TEXT, _QUOTED, _DOMAIN)
_PARAMETERS = rb"(?P<parameters>(?: ++[A-Za-z0-9][A-Za-z0-9-]*+(?:=[!-<>-~]++)?)*+)"
_MAIL = re.compile(rb"(?i:FROM): ?(?P<path><(?:%b)?>)%b" % (_MAILBOX, _PARAMETERS))
_RCPT = re.compile(
    rb"(?i:TO): ?(?P<path><(?:%b|(?i:postmaster))>)%b" % (_MAILBOX, _PARAMETERS)
)

_MAX_PATH = 512  # RFC 5321 4.5.3.1.3 asks for 256; real bounce addresses are longer


@dataclass(frozen=True, slots=True)
class Path:
    """An address in its angle brackets, and the parameters behind it."""

    octets: bytes
    parameters: tuple[bytes, ...]

    @property
    def address(self) -> bytes:
        """The octets between the brackets."""
        return self.octets[1:-1]


def parse_mail(argument: bytes) -> Path | Reply:
    """Return the reverse-path of ``MAIL`` and its parameters, or the refusal."""
    return _parse(_MAIL, argument, "MAIL FROM:<address>")


def parse_rcpt(argument: bytes) -> Path | Reply:
    """Return the forward-path of ``RCPT`` and its parameters, or the refusal."""
    return _parse(_RCPT, argument, "RCPT TO:<address>")


def _parse(pattern: re.Pattern[bytes], argument: bytes, syntax: str) -> Path | Reply:
    match = pattern.fullmatch(argument)
    if match is None:
        return Reply(501, f"5.5.4 Syntax: {syntax}, one plain address in brackets")
    path = match["path"]
    if len(path) > _MAX_PATH:
        return Reply(501, "5.1.3 address is too long")
    if b"=?" in path:
        # Legal, but whatever decodes it further on would deliver to somebody else.
        return Reply(501, "5.1.3 address looks like an encoded word")
    return Path(path, tuple(match["parameters"].split()))


@dataclass(frozen=True, slots=True)
class MailParameters:
    """The parameters of MAIL that are known here: SIZE, BODY and SMTPUTF8."""

    size: int | None = None
    body: bytes | None = None
    smtputf8: bool = False


def mail_parameters(path: Path, *, smtputf8_offered: bool) -> MailParameters | Reply:
    """Return the known parameters, or the refusal of an unknown or bad one."""
    size: int | None = None
    body: bytes | None = None
    smtputf8 = False
    seen = set()
    for parameter in path.parameters:
        keyword, _, value = parameter.upper().partition(b"=")
        if keyword in seen:
            return Reply(501, "5.5.4 parameter given twice")
        seen.add(keyword)
        if keyword == b"SIZE" and value.isdigit() and len(value) <= 20:
            size = int(value)
        elif keyword == b"BODY" and value in (b"7BIT", b"8BITMIME"):
            body = value
        elif keyword == b"SMTPUTF8" and parameter.upper() == b"SMTPUTF8":
            if not smtputf8_offered:
                return Reply(553, "5.6.7 SMTPUTF8 is not offered by the next hop")
            smtputf8 = True
        else:
            return Reply(555, "5.5.4 parameter is not known or not offered here")
    return MailParameters(size, body, smtputf8)


def forwarded_parameters(
    given: MailParameters, can: Capabilities, growth: int
) -> tuple[bytes, ...]:
    """Return the parameters of MAIL towards the next hop.

    SIZE leaves room for the signature. A client that says nothing of BODY gets 8BITMIME
    where the next hop knows it, because a signature may be the first 8-bit text in a
    message; an explicit 7BIT stays, and then no 8-bit signature is used.
    """
    parameters = []
    if given.size and can.size is not None:
        parameters.append(b"SIZE=%d" % min(given.size + growth, can.size))
    if can.eight_bit:
        parameters.append(b"BODY=" + (given.body or b"8BITMIME"))
    if given.smtputf8:
        parameters.append(b"SMTPUTF8")
    return tuple(parameters)


def utf8_fault(path: Path, *, smtputf8: bool) -> Reply | None:
    """Return the refusal of an address that is not ASCII and may not be, or None."""
    if path.octets.isascii():
        return None
    if not smtputf8:
        return Reply(553, "5.6.7 address needs SMTPUTF8 on MAIL")
    try:
        path.octets.decode("utf-8")
    except UnicodeDecodeError:
        return Reply(553, "5.6.7 address is not UTF-8")
    return None
