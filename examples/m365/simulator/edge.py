"""The inbound edge (EOP): an SMTP server on loopback that answers as Exchange Online.

One thread a connection. Sessions are attributed to a tenant by ``attribution``; what
was accepted is handed to the cloud before the reply leaves, as a real server would.
Failures can be injected at every stage. The edge also writes down what a relay must
not do: bare line ends, and lines beyond RFC 5321's limit.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from m365.simulator import attribution, fields, replies, rules
from m365.simulator.state import EnvelopeRecipient, Failure
from m365.simulator.wire import ClosedError, Wire, chain_of

if TYPE_CHECKING:
    from m365.cloud import Cloud

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME: we judge by the simulated clock
_TIMEOUT = 60.0
_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\r\n]*)>((?: [!-~]+)*)\s*\Z", re.I)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the edge has taken, as it came."""

    tenant: str
    by: str
    certificate: tuple[str, ...]
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    parameters: tuple[str, ...] = ()


@dataclass(slots=True)
class _Transaction:
    sender: str = ""
    parameters: str = ""
    open: bool = False
    found: attribution.Attribution = field(default_factory=attribution.Attribution)
    recipients: list[EnvelopeRecipient] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)


class Edge:
    """The listener; ``port`` is a free one on loopback."""

    def __init__(self, cloud: Cloud, chain: Path, key: Path, trusted: list[Path]) -> None:
        self.cloud = cloud
        self.failures: list[Failure] = []
        self.accepted: list[Accepted] = []
        self.certificates: list[tuple[str, ...]] = []  # of each TLS session
        self.violations: list[str] = []
        self.capabilities = replies.CAPABILITIES
        self.require_from = True
        self.max_octets = 157286400
        self.roots = x509.load_pem_x509_certificates(trusted[0].read_bytes())
        # Later files are what the handshake lets through, so that the refusal comes
        # as Exchange's reply and not as a TLS alert.
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain, key)
        for file in trusted:
            self.context.load_verify_locations(file)
        self.context.verify_mode = ssl.CERT_OPTIONAL
        self.context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
        self.context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[Wire] = set()
        self._stopped = False

    def start(self) -> None:
        """Listen in a thread."""
        threading.Thread(target=self._serve, daemon=True, name="edge").start()

    def stop(self) -> None:
        """Close the listener and every session."""
        self._stopped = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for wire in list(self._open):
            wire.close()

    def _serve(self) -> None:
        while not self._stopped:
            try:
                sock, address = self._listener.accept()
            except OSError:
                return
            wire = Wire(sock, _TIMEOUT)
            self._open.add(wire)
            session = Session(self, wire, address[0])
            threading.Thread(target=self._run, args=(session,), daemon=True).start()

    def _run(self, session: Session) -> None:
        with contextlib.suppress(OSError, ClosedError):  # ssl.SSLError is an OSError
            session.run()
        session.wire.close()
        self._open.discard(session.wire)

    def failure(self, stage: str, address: str = "") -> str:
        """Return the action to inject at this stage, or ``""``; count it down."""
        for failure in self.failures:
            hit = failure.stage == stage and failure.times > 0
            if hit and failure.match.lower() in address.lower():
                failure.times -= 1
                return failure.action
        return ""


class Session:
    """One SMTP session."""

    def __init__(self, edge: Edge, wire: Wire, address: str) -> None:
        self.edge, self.wire, self.address = edge, wire, address
        self.names: list[str] = []
        self.fault = ""
        self.secure = False
        self.now = _Transaction()

    def run(self) -> None:
        """Talk until the other side leaves."""
        date = format_datetime(self.edge.cloud.clock.now)
        if self._injected("connect"):
            return
        self.wire.say(replies.BANNER.format(host=self.edge.cloud.host, date=date))
        while True:
            verb, _, rest = self.wire.line().decode("utf-8", "replace").partition(" ")
            handler = getattr(self, f"do_{verb.lower()}", None)
            if handler is None:
                self.wire.say(replies.UNKNOWN)
            elif handler(rest) is False:
                return

    def _injected(self, stage: str, address: str = "") -> bool:
        """Inject what is due here; true where the stage is thereby answered."""
        action = self.edge.failure(stage, address)
        if action == "drop":
            self.wire.close()
            raise ClosedError("dropped on purpose")
        if action.startswith("wait "):
            time.sleep(float(action.removeprefix("wait ")))
            return False
        if action:
            self._refuse(action)
        return bool(action)

    def _refuse(self, reply: str) -> None:
        # [V] captured: host, time and an id in brackets at the end.
        self.wire.say(f"{reply} [{self.edge.cloud.host} 2026-03-02T09:00:00.000Z 08DE]")

    def do_ehlo(self, rest: str) -> None:
        """Greet."""
        if self._injected("ehlo"):
            return
        lines = [f"{self.edge.cloud.host} Hello [{self.address}]", *self.edge.capabilities]
        if self.secure:
            lines.remove("STARTTLS")
        for line in lines[:-1]:
            self.wire.say(f"250-{line}")
        self.wire.say(f"250 {lines[-1]}")

    def do_starttls(self, rest: str) -> None:
        """Start TLS, and look at the certificate that the client shows."""
        self.wire.say(replies.START_TLS)
        self.wire.secure(self.edge.context, server_side=True)
        self.secure = True
        chain = chain_of(self.wire.sock)
        if chain:
            self.names = attribution.names_of(x509.load_der_x509_certificate(chain[0]))
            self.fault = attribution.chain_fault(
                chain, self.edge.roots, self.edge.cloud.clock.now
            )
        self.edge.certificates.append(tuple(self.names))

    def do_mail(self, rest: str) -> None:
        """Attribute the session; refuse what the TLS channel or the connector forbids."""
        path = _PATH.match(rest)
        if path is None:
            self.wire.say(replies.BAD_ARGUMENT)
            return
        if self._injected("mail", path.group(1)):
            return
        names = self.names if self.fault == "" else []
        found = attribution.attribute(
            self.edge.cloud, names, self.address, path.group(1).lower(), self.secure
        )
        refusal = {"untrusted": replies.UNTRUSTED_ROOT, "expired": replies.EXPIRED}.get(
            self.fault, ""
        )
        if found.refusal == replies.NO_TLS:
            refusal = found.refusal
        if refusal:
            self._refuse(refusal)
            return
        self.now = _Transaction(path.group(1), path.group(2), True, found)
        self.wire.say(replies.SENDER_OK)

    def do_rcpt(self, rest: str) -> None:
        """Take a recipient, or say why not."""
        path = _PATH.match(rest)
        if path is None or not self.now.open:
            self.wire.say(replies.BAD_ARGUMENT if path is None else replies.BAD_SEQUENCE)
            return
        if self._injected("rcpt", path.group(1)):
            return
        refusal = self._rcpt_refusal(path.group(1))
        if refusal:
            self._refuse(refusal)
            return
        given = dict(p.upper().partition("=")[::2] for p in path.group(2).split())
        exact = dict(p.partition("=")[::2] for p in path.group(2).split())
        orcpt = next((v for k, v in exact.items() if k.upper() == "ORCPT"), "")
        self.now.recipients.append(
            EnvelopeRecipient(path.group(1), orcpt, given.get("NOTIFY", ""))
        )
        self.wire.say(replies.RECIPIENT_OK)

    def _rcpt_refusal(self, address: str) -> str:
        if len(self.now.recipients) >= 200:  # [V] 200 of one domain
            return replies.TOO_MANY_RECIPIENTS
        cloud, found = self.edge.cloud, self.now.found
        return attribution.recipient_refusal(cloud, found, self.now.sender, address)

    def do_data(self, rest: str) -> None:
        """Take the content after a dot."""
        if not self.now.recipients:
            self.wire.say(replies.BAD_SEQUENCE)
            return
        if self._injected("data"):
            return
        self.wire.say(replies.START_MAIL)
        self._injected("content")
        self._finish(self.wire.content())

    def do_bdat(self, rest: str) -> None:
        """Take the content in chunks (RFC 3030)."""
        size, _, last = rest.partition(" ")
        octets = self.wire.exactly(int(size))
        if not self.now.recipients:
            self.wire.say(replies.BAD_SEQUENCE)
            return
        self.now.chunks.append(octets)
        if last.upper() == "LAST":
            self._finish(b"".join(self.now.chunks))
        else:
            self.wire.say(f"250 2.6.0 {size} octets received")

    def _finish(self, raw: bytes) -> None:
        transaction, self.now = self.now, _Transaction()
        if self._injected("end"):
            return
        fault = self._content_fault(raw)
        if fault:
            self._refuse(fault)
            return
        number = self.edge.cloud.arrived(
            transaction.found,
            transaction.sender,
            transaction.recipients,
            raw,
            self.address,
            transaction.parameters,
        )
        self.edge.accepted.append(_record(self, transaction, raw))
        if self._injected("kept"):
            return
        host = self.edge.cloud.host
        self.wire.say(
            replies.QUEUED.format(id=f"<{number}@{host}>", number=number, host=host)
        )

    def _content_fault(self, raw: bytes) -> str:
        if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
            self.edge.violations.append("a bare line end")
        if len(raw) > self.edge.max_octets:
            return replies.TOO_LARGE
        if len(fields.values(raw, "Received")) > 20:
            return replies.HOP_COUNT
        if self.edge.require_from and not rules.header_from(raw):
            return replies.NO_FROM
        return ""

    def do_rset(self, rest: str) -> None:
        """Forget the transaction."""
        self.now = _Transaction()
        self.wire.say(replies.RESET)

    def do_noop(self, rest: str) -> None:
        """Do nothing."""
        self.wire.say("250 2.0.0 OK")

    def do_quit(self, rest: str) -> bool:
        """End the session."""
        self.wire.say(replies.CLOSING)
        return False


def _record(session: Session, transaction: _Transaction, raw: bytes) -> Accepted:
    tenant = transaction.found.tenant
    return Accepted(
        tenant.name if tenant else "",
        transaction.found.by,
        tuple(session.names),
        transaction.sender,
        tuple(r.address for r in transaction.recipients),
        raw,
        tuple(transaction.parameters.split()),
    )
