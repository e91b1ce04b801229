"""Which tenant a session belongs to: by certificate, then by address, then by nothing.

[V] order and refusals: Microsoft's relay requirements of November 2023, its guidance on
attribution of February 2026, and the tables in support articles KB3212877 and
"office-365-notice".
"""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509

from m365.simulator import replies
from m365.simulator.state import Settings

if TYPE_CHECKING:
    from m365.cloud import Cloud
    from m365.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose session it is, and by what; or why not."""

    tenant: Tenant | None = None
    connector: Settings | None = None
    by: str = ""  # certificate, address, or nothing: mail from the internet
    refusal: str = ""  # a reply line, for MAIL or RCPT


def names_of(certificate: x509.Certificate) -> list[str]:
    """Return the host names of a certificate: alternative names, else the common name."""
    try:
        extension = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        return [n.lower() for n in extension.value.get_values_for_type(x509.DNSName)]
    except x509.ExtensionNotFound:
        found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return [str(attribute.value).lower() for attribute in found]


def chain_fault(
    chain: list[bytes], roots: list[x509.Certificate], now: datetime.datetime
) -> str:
    """Return ``""``, ``untrusted`` or ``expired``.

    Only certificates that were sent count: Exchange fetches no intermediates [V].
    """
    certificates = [x509.load_der_x509_certificate(der) for der in chain]
    current = certificates[0]
    for _ in range(len(certificates) + 1):
        if not current.not_valid_before_utc <= now <= current.not_valid_after_utc:
            return "expired"
        if any(_issued(current, root) for root in roots):
            return ""
        issuers = [each for each in certificates if _issued(current, each)]
        if not issuers or issuers[0] is current:
            return "untrusted"
        current = issuers[0]
    return "untrusted"


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # wrong name, wrong signature, other key type
        return False
    return True


def covers(pattern: str, name: str) -> bool:
    """Whether ``pattern`` (perhaps ``*.example.com``) covers a host name."""
    pattern, name = pattern.lower(), name.lower()
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and "." not in name[: -len(pattern[1:])]
    return pattern == name


def attribute(
    cloud: Cloud, names: list[str], address: str, sender: str, secure: bool
) -> Attribution:
    """Return the tenant of a session with these certificate names, address and sender."""
    for tenant in cloud.tenants.values():
        for connector in tenant.live_inbound():
            wanted = str(connector.get("TlsSenderCertificateName", "")).lower()
            if not wanted or not any(covers(wanted, name) for name in names):
                continue
            if wanted.removeprefix("*.") in tenant.accepted_domains:
                return Attribution(tenant, connector, "certificate")
    return _by_address(cloud, address, sender, secure)


def _by_address(cloud: Cloud, address: str, sender: str, secure: bool) -> Attribution:
    ours = ipaddress.IPv4Address(address)
    for tenant in cloud.tenants.values():
        for connector in tenant.live_inbound():
            listed = connector.get("SenderIPAddresses", [])
            if not any(ours in ipaddress.IPv4Network(item) for item in listed):
                continue
            if connector.get("RestrictDomainsToCertificate"):
                continue
            if connector.get("RequireTls") and not secure:
                return Attribution(tenant, connector, "address", replies.NO_TLS)
            if not tenant.is_ours(sender):
                refusal = replies.RELAY_DENIED_ATTR36
                return Attribution(tenant, connector, "address", refusal)
            return Attribution(tenant, connector, "address")
    return Attribution()


def recipient_refusal(cloud: Cloud, found: Attribution, sender: str, rcpt: str) -> str:
    """Return why RCPT is refused, or ``""``."""
    owner = cloud.owner_of(rcpt)
    if owner is not None and owner.region != cloud.region:
        return replies.WRONG_REGION
    if found.tenant is not None and owner is found.tenant:
        known = found.tenant.find(rcpt) is not None
        return "" if known or not found.tenant.edge_blocking else replies.NO_RECIPIENT_EDGE
    if found.refusal and found.refusal != replies.NO_TLS:
        return found.refusal
    if found.tenant is not None:
        claimed = cloud.owner_of(sender)
        if claimed is not None and claimed is not found.tenant:
            return replies.TENANT_ATTRIBUTION  # another tenant's sender and recipient
        return ""
    if owner is None:
        return replies.TENANT_ATTRIBUTION
    known = owner.find(rcpt) is not None
    return "" if known or not owner.edge_blocking else replies.NO_RECIPIENT_EDGE
