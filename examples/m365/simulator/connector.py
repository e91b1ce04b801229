"""The tenant's outbound connector: hands one message to the smart host by SMTP.

[V] TlsSettings and TlsDomain as documented for New-OutboundConnector; the client
certificate is that of Exchange Online, the same for every tenant; without CHUNKING no
message with a bare LF leaves (5.6.11); a connection carries at most 199 messages.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from m365.simulator import replies
from m365.simulator.attribution import covers
from m365.simulator.state import EnvelopeRecipient, Mail, Settings
from m365.simulator.wire import ClosedError, Wire

_TIMEOUT = 60.0
_MESSAGES = 199


@dataclass(slots=True)
class Outcome:
    """What became of one message: the last reply for each recipient."""

    replies: dict[str, str] = field(default_factory=dict)

    def of_class(self, first: str) -> list[str]:
        """Return the recipients whose reply begins with this digit."""
        return [address for address, reply in self.replies.items() if reply[0] == first]


@dataclass(slots=True)
class Link:
    """How connectors reach smart hosts here, and the certificate that they show."""

    hosts: dict[str, tuple[str, int]]
    certificate: Path
    key: Path
    trusted: Path
    _open: dict[str, tuple[Wire, set[str], int]] = field(default_factory=dict)

    def deliver(self, connector: Settings, mail: Mail, raw: bytes) -> Outcome:
        """Hand over one message; never raises."""
        addresses = [r.address for r in mail.recipients]
        try:
            wire, offered = self._session(connector)
            return self._transaction(wire, offered, mail, raw)
        except _UnusableError as error:
            reply = str(error)
        except ssl.SSLError:
            reply = replies.UNTRUSTED_RELAY
        except ConnectionRefusedError:
            reply = replies.CONNECTION_REFUSED
        except (OSError, ClosedError):
            reply = replies.CONNECTION_LOST
        self.close(str(connector["Name"]))
        return Outcome(dict.fromkeys(addresses, reply))

    def close(self, name: str = "") -> None:
        """Close the connection of one connector, or all."""
        for key in [name] if name else list(self._open):
            if key in self._open:
                self._open.pop(key)[0].close()

    def _session(self, connector: Settings) -> tuple[Wire, set[str]]:
        name = str(connector["Name"])
        if name in self._open:
            wire, offered, count = self._open.pop(name)
            with contextlib.suppress(OSError, ClosedError):
                if count < _MESSAGES and wire.ask("RSET").startswith("250"):
                    self._open[name] = (wire, offered, count + 1)
                    return wire, offered
            wire.close()
        wire, offered = self._connect(connector)
        self._open[name] = (wire, offered, 1)
        return wire, offered

    def _connect(self, connector: Settings) -> tuple[Wire, set[str]]:
        host = connector["SmartHosts"][0]
        if host not in self.hosts:
            raise ConnectionRefusedError(host)
        wire = Wire(socket.create_connection(self.hosts[host], _TIMEOUT), _TIMEOUT)
        _expect(wire.reply()[0], "2")
        offered = self._hello(wire)
        if connector.get("TlsSettings") is None and "STARTTLS" not in offered:
            return wire, offered
        if "STARTTLS" not in offered:
            raise _UnusableError(replies.NO_STARTTLS)
        _expect(wire.ask("STARTTLS"), "2")
        wire.secure(self._context(connector), server_side=False, host=host)
        _check_name(connector, wire.sock)
        return wire, self._hello(wire)

    def _hello(self, wire: Wire) -> set[str]:
        wire.say("EHLO mail.protection.outlook.com")
        lines = wire.reply()
        _expect(lines[0], "2")
        return {line[4:].upper().split(" ")[0] for line in lines[1:]}

    def _context(self, connector: Settings) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False  # TlsDomain may be another name: _check_name
        if connector.get("TlsSettings") in (None, "EncryptionOnly"):
            context.verify_mode = ssl.CERT_NONE
        context.load_verify_locations(self.trusted)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def _transaction(
        self, wire: Wire, offered: set[str], mail: Mail, raw: bytes
    ) -> Outcome:
        addresses = [r.address for r in mail.recipients]
        if "CHUNKING" not in offered and re.search(rb"(?<!\r)\n", raw):
            return Outcome(dict.fromkeys(addresses, replies.BARE_LINEFEEDS))
        reply = wire.ask(f"MAIL FROM:<{mail.sender}>{_mail_parameters(mail, raw, offered)}")
        if reply[0] != "2":
            return Outcome(dict.fromkeys(addresses, reply))
        outcome = Outcome()
        for recipient in mail.recipients:
            parameters = _rcpt_parameters(recipient) if "DSN" in offered else ""
            outcome.replies[recipient.address] = wire.ask(
                f"RCPT TO:<{recipient.address}>{parameters}"
            )
        taken = outcome.of_class("2")
        if taken:
            final = _content(wire, offered, raw)
            outcome.replies.update(dict.fromkeys(taken, final))
        return outcome


class _UnusableError(Exception):
    """The host can't be used; the text is the reply that the queue shows."""


def _expect(reply: str, first: str) -> None:
    if reply[:1] != first:
        raise _UnusableError(reply)


def _check_name(connector: Settings, sock: socket.socket) -> None:
    if connector.get("TlsSettings") != "DomainValidation":
        return
    assert isinstance(sock, ssl.SSLSocket)
    certificate = sock.getpeercert() or {}
    names = [str(pair[1]) for pair in certificate.get("subjectAltName", ())]
    wanted = str(connector["TlsDomain"])
    if not any(covers(name, wanted) or covers(wanted, name) for name in names):
        raise _UnusableError(replies.UNTRUSTED_RELAY)


def _mail_parameters(mail: Mail, raw: bytes, offered: set[str]) -> str:
    words = []
    if "SIZE" in offered:
        words.append(f"SIZE={len(raw)}")
    if "8BITMIME" in offered:
        words.append("BODY=8BITMIME" if not raw.isascii() else "BODY=7BIT")
    if "SMTPUTF8" in offered and mail.smtputf8:
        words.append("SMTPUTF8")
    if "DSN" in offered:
        words += [f"RET={mail.ret}"] if mail.ret else []
        words += [f"ENVID={mail.envid}"] if mail.envid else []
    return "".join(f" {word}" for word in words)


def _rcpt_parameters(recipient: EnvelopeRecipient) -> str:
    words = [f"NOTIFY={recipient.notify}"] if recipient.notify else []
    words += [f"ORCPT={recipient.orcpt}"] if recipient.orcpt else []
    return "".join(f" {word}" for word in words)


def _content(wire: Wire, offered: set[str], raw: bytes) -> str:
    if "CHUNKING" in offered:
        wire.write(f"BDAT {len(raw)} LAST\r\n".encode() + raw)
        return _joined(wire.reply())
    reply = wire.ask("DATA")
    if reply[0] != "3":
        return reply
    stuffed = re.sub(rb"(\A|\r\n)\.", rb"\1..", raw)
    end = b".\r\n" if stuffed.endswith(b"\r\n") or not stuffed else b"\r\n.\r\n"
    wire.write(stuffed + end)
    return _joined(wire.reply())


def _joined(lines: list[str]) -> str:
    return lines[0][:4] + " ".join(line[4:] for line in lines)
