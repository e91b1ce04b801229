"""The relay's policy for Microsoft 365: whose message is this, and where does it go back?

Exchange Online sends from the same addresses and with the same client certificate for
every tenant, so neither says whose mail it is, and the envelope can be forged. A message
is a tenant's when it carries that tenant's proof (``proof.py``); only then is the tenant's
own certificate shown to anybody, and only to the tenant's own smart host. What has no
proof is refused for good: 550 5.7.1, nothing leaves.

Everything that is returned bears the tenant's loop field, signed or not.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509
from relay_held import HELD, HeldConnection, Verdicts
from relay_next_hop import HopConnection, Timeouts
from relay_values import Delivery, NextHop, Peer, Policy, Reply, Transaction
from signing_arguments import LIMITS, UnreadableSignatureError, read_finished

import mailsig
from m365 import proof
from m365.look_up import Lookup, dns_lookup
from m365.tenant_file import TenantFileError, TenantSettings

EXCHANGE = "mail.protection.outlook.com"  # the name in Exchange Online's certificate
PROBE = b"o365connectorvalidation@"  # connector validation: comes back, but unsigned
# Without even the loop field, a message would come again and again.
NOT_STAMPED = Reply(554, "5.6.0 no header section that the loop field could go to")
_CROSS_PREMISES = "x-ms-exchange-crosspremises-"


@dataclass(frozen=True, slots=True)
class Way:
    """One tenant at work: its settings, its signature, the way back."""

    settings: TenantSettings
    signature: mailsig.Signature | None
    options: mailsig.Options
    hop: NextHop


class Tenants:
    """Several tenants; none can use another's way."""

    def __init__(self, ways: Sequence[Way], dns: Lookup = dns_lookup) -> None:
        """``dns`` tells records (default: it asks the DNS)."""
        self.ways = {way.settings.name: way for way in ways}
        self.dns = dns

    @property
    def ask_the_dns(self) -> bool:
        """Whether some proof is looked up in the DNS, which may take its time."""
        return any(way.settings.proof == "dkim" for way in self.ways.values())

    def home(self, sender: bytes) -> NextHop | None:
        """Return the hop of the tenant that a sender's domain belongs to."""
        hops = (way.hop for way in self.ways.values() if _is_of(way, sender))
        return next(hops, None)

    def find(self, content: bytes) -> tuple[Way, mailsig.Options] | Reply:
        """Return whose message this is and how it is to be handled, or the refusal."""
        end = content.find(b"\r\n\r\n")
        if (end if end >= 0 else len(content)) > LIMITS["max_header_octets"]:
            return NOT_STAMPED  # rewrite would leave it; to read it takes a lot of memory
        header = proof.Header(content)
        settings = [way.settings for way in self.ways.values()]
        found = proof.tenant_of(header, content, settings, self.dns)
        if isinstance(found, proof.Refused):
            return Reply(550, f"5.7.1 {found.reason}")
        if header.has_word(*found.loop):
            # Our field, and routed to us all the same: the rule's exception is missing.
            return Reply(554, "5.4.6 routing loop: this message has been here before")
        way = self.ways[found.name]
        return way, _options(way, header)


class RoundTripPolicy(Policy):
    """Takes mail from Exchange Online, and returns it to the tenant it is from."""

    def __init__(self, tenants: Tenants, exchange: str = EXCHANGE) -> None:
        super().__init__(HELD)
        self.tenants = tenants
        self.exchange = exchange
        self.waits = tenants.ask_the_dns
        self.verdicts = Verdicts(home=tenants.home)

    def route(self, peer: Peer, sender: bytes | None) -> NextHop | Reply:
        """Take mail from Exchange Online alone; where it goes, the message decides."""
        if not peer.tls:
            return Reply(530, "5.7.0 Must issue a STARTTLS command first")
        if peer.certificate is None or not _is_named(peer.certificate, self.exchange):
            return Reply(550, "5.7.1 only for Exchange Online: no client certificate of it")
        return self.next_hop

    def connection(self, hop: NextHop, hostname: str, timeouts: Timeouts) -> HopConnection:
        """Return a connection that waits for the message."""
        return HeldConnection(hostname, timeouts, self.verdicts)

    def handle(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        """Find the tenant, sign, and send the message back to it."""
        return self._returned(transaction, content, sign=True)

    def unsigned(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        """Return the message with its loop field and without our secret, not signed."""
        return self._returned(transaction, content, sign=False)

    def _returned(
        self, transaction: Transaction, content: bytes, sign: bool
    ) -> Delivery | Reply:
        found = self.tenants.find(content)
        if isinstance(found, Reply):
            return found
        way, options = found
        signature = signature_for(way, transaction.sender) if sign else None
        result = mailsig.rewrite(content, signature, options)
        if not result.changed:
            return NOT_STAMPED
        note: dict[str, object] = {
            "tenant": way.settings.name,
            "rules": [part.rule for part in result.parts],
            "reasons": [skip.reason.value for skip in result.skipped],
        }
        return Delivery(list(result.chunks()), result.outcome, note, way.hop)


def signature_for(way: Way, sender: bytes) -> mailsig.Signature | None:
    """Return the signature for this envelope sender, if it is to have one.

    Forwarded mail (a foreign or rewritten sender), automatic mail (the null sender) and
    the probe of connector validation come back as they are.
    """
    local = sender.rpartition(b"@")[0]
    if not local or PROBE in sender.lower():
        return None
    return way.signature if _is_of(way, sender) else None


def _is_of(way: Way, sender: bytes) -> bool:
    """Whether a sender's domain is the tenant's."""
    domain = sender.lower().rpartition(b"@")[2].decode("ascii", "replace")
    return domain in way.settings.all_domains


def _is_named(certificate: bytes, name: str) -> bool:
    try:
        extension = x509.load_der_x509_certificate(
            certificate
        ).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return False
    return name in extension.value.get_values_for_type(x509.DNSName)


def _options(way: Way, header: proof.Header) -> mailsig.Options:
    # CrossPremises fields make a message internal. They come back only where the tenant
    # has asked for that on both connectors; Exchange drops them else, and so do we.
    if way.settings.retain_headers:
        return way.options
    claims = tuple(name for name in header.names if name.startswith(_CROSS_PREMISES))
    return replace(way.options, drop_fields=(*way.options.drop_fields, *claims))


def tls_context(
    purpose: ssl.Purpose, roots: Path | None, certificate: Path, key: Path
) -> ssl.SSLContext:
    """Return a context with this certificate; ``roots`` (default: the system's) judge.

    Raises:
        OSError: A file can't be read, or holds something else; the text names it.
    """
    for file in (roots, certificate, key):
        if file is not None:
            file.open("rb").close()  # the error of ssl names no file
    try:
        context = ssl.create_default_context(purpose, cafile=roots)
    except ssl.SSLError as error:
        raise OSError(f"{roots}: {error}") from error
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError as error:
        raise OSError(f"{certificate}, {key}: {error}") from error
    return context


def way_for(settings: TenantSettings, roots: Path | None = None) -> Way:
    """Return the way of one tenant; ``roots`` (default: the system's) judge its host.

    Raises:
        OSError: A certificate can't be read; the text names the file.
        TenantFileError: A signature can't be read, is a template, or breaks a rule.
        mailsig.MailsigError: The marker or a field breaks a rule.
    """
    context = tls_context(
        ssl.Purpose.SERVER_AUTH, roots, settings.certificate, settings.private_key
    )
    options = mailsig.Options(
        handled_field=settings.loop,
        marker=settings.marker,
        drop_fields=(settings.secret_header,),
        **LIMITS,
    )
    hop = NextHop(
        host=settings.connect_to or settings.smart_host,
        port=settings.smart_port,
        tls="required",
        context=context,
        server_name=settings.smart_host,
    )
    return Way(settings, signature_of(settings), options, hop)


def signature_of(settings: TenantSettings) -> mailsig.Signature | None:
    """Return the signature of a tenant's files, None if it names none.

    Raises:
        TenantFileError: A file can't be read or is a template, or the signature breaks
            a rule.
    """
    html, text = settings.signature_html, settings.signature_text
    if not (html or text):
        return None
    try:
        return mailsig.Signature(
            html=read_finished(html) if html else None,
            text=read_finished(text) if text else None,
        )
    except UnreadableSignatureError as error:
        raise TenantFileError(str(error)) from error
    except mailsig.MailsigError as error:
        raise TenantFileError(f"{html or text}: {error}") from error
