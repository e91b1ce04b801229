"""The fields that Exchange Online adds, renames and removes at its borders.

[V] Names, order and values are those of captured messages that made such a round trip
(2019 to 2026), and of the header firewall's documentation.
"""

from __future__ import annotations

import base64
import re
from email.utils import format_datetime
from typing import TYPE_CHECKING

import dkim  # type: ignore[import-untyped]

from m365.simulator import fields
from m365.simulator.state import Mail, Settings

if TYPE_CHECKING:
    from m365.tenant import Tenant

# [V] h= of the tenant's own signature.
SIGNED_FIELDS = (
    b"From", b"Date", b"Subject", b"Message-ID", b"Content-Type", b"MIME-Version",
    b"X-MS-Exchange-SenderADCheck",
)  # fmt: skip
_ORGANIZATION = "x-ms-exchange-organization-"
_CROSS_PREMISES = "x-ms-exchange-crosspremises-"
_CROSS_TENANT = "x-ms-exchange-crosstenant-"
_CORRELATION = "x-ms-office365-filtering-correlation-id"


def submitted(tenant: Tenant, mail: Mail) -> bytes:
    """Return the message with what the mailbox server and transport write on it."""
    date = format_datetime(tenant.clock.now)
    here = f"{tenant.name}.mailbox.example.test"
    raw = mail.raw
    missing = []
    if not fields.values(raw, "Message-ID"):
        missing.append(("Message-ID", f"<{mail.number}.{tenant.name}@{here}>"))
    if not fields.values(raw, "Date"):
        missing.append(("Date", date))
    return fields.prepend(
        raw,
        [
            ("Received", f"from {here} (127.0.0.1) by {here} with mapi id 15.20; {date}"),
            *missing,
        ],
    )


def first_leg(tenant: Tenant, mail: Mail, connector: Settings | None) -> bytes:
    """Return the message as it leaves by a connector, or for the internet (``None``)."""
    domain = tenant.sender_domain(mail)
    stamps = [*_transport_stamps(tenant, mail), *_identity_stamps(tenant, mail, domain)]
    raw = _firewall(mail.raw)
    if tenant.strips_claims:
        raw = fields.remove(raw, _names(raw, _CROSS_TENANT) | {"x-originatororg"})
    if connector is not None and connector.get("CloudServicesMailEnabled"):
        stamps += _cross_premises(mail, _outbound_host(tenant))
    elif connector is not None:
        raw = fields.remove(raw, _names(raw, _CROSS_PREMISES))
    return _sign(tenant, domain, fields.prepend(raw, stamps))


def _outbound_host(tenant: Tenant) -> str:
    return f"{tenant.name}.outbound.example.test"


def _transport_stamps(tenant: Tenant, mail: Mail) -> list[tuple[str, str]]:
    date, host = format_datetime(tenant.clock.now), _outbound_host(tenant)
    return [
        (
            "Received",
            f"from {host} (127.0.0.1) by {host} with SMTP id {mail.number}; {date}",
        ),
        ("X-MS-PublicTrafficType", "Email"),
        ("X-MS-TrafficTypeDiagnostic", f"{tenant.name}:EE_"),
        ("X-MS-Office365-Filtering-Correlation-Id", f"{mail.number:08x}-0000"),
        ("X-MS-Exchange-SenderADCheck", "1"),
        ("X-Microsoft-Antispam", "BCL:0;ARA:13230040"),
        (
            "X-Microsoft-Antispam-Message-Info",
            base64.b64encode(b"%d" % mail.number).decode(),
        ),
        (
            "X-Forefront-Antispam-Report",
            "CIP:255.255.255.255;CTRY:;LANG:en;SCL:1;SRV:;IPV:NLI;SFV:NSPM;DIR:OUT;SFP:1102;",
        ),
    ]


def _identity_stamps(tenant: Tenant, mail: Mail, domain: str) -> list[tuple[str, str]]:
    known = "Internal" if mail.authenticated else "Anonymous"
    forked = "X-MS-Exchange-Transport-Forked"
    return [
        *([(forked, "True")] if forked in mail.internal else []),
        ("X-MS-Exchange-Transport-CrossTenantHeadersStamped", _outbound_host(tenant)),
        ("X-OriginatorOrg", domain),
        ("X-MS-Exchange-CrossTenant-Id", tenant.id),
        ("X-MS-Exchange-CrossTenant-AuthAs", known),
        ("X-MS-Exchange-CrossTenant-FromEntityHeader", "Hosted"),
    ]


def returned(tenant: Tenant, mail: Mail, verdict: str) -> bytes:
    """Return a message that came in by SMTP, with verdicts renamed and ours added."""
    raw = fields.rename(_firewall(mail.raw), _RENAMED.get)
    raw = fields.remove(raw, _names(raw, _CROSS_TENANT))
    host = f"{tenant.name}.inbound.example.test"
    return fields.prepend(
        raw,
        [
            (
                "Received",
                f"from relay by {host} with SMTP id {mail.number}; "
                f"{format_datetime(tenant.clock.now)}",
            ),
            ("X-EOPAttributedMessage", "1" if mail.came_by != "internet" else "0"),
            ("X-MS-Exchange-Transport-CrossTenantHeadersStripped", host),
            ("X-MS-Exchange-Authentication-Results", verdict),
        ],
    )


_RENAMED = {
    "x-forefront-antispam-report": "X-Forefront-Antispam-Report-Untrusted",
    "x-microsoft-antispam": "X-Microsoft-Antispam-Untrusted",
    "x-microsoft-antispam-message-info": "X-Microsoft-Antispam-Message-Info-Original",
    "authentication-results": "Authentication-Results-Original",
    _CORRELATION: "X-MS-Office365-Filtering-Correlation-Id-Prvs",
}


def promote(mail: Mail, retains: bool) -> None:
    """Turn CrossPremises fields into Organization ones, or drop them.

    [V] Outbound and inbound connector must both retain headers; otherwise the fields
    are removed at the border, so that nobody outside can claim to be internal.
    """
    pieces, _ = fields.split(mail.raw)
    if retains:
        for piece in pieces:
            name = fields.name(piece)
            if name.startswith(_CROSS_PREMISES):
                key = name.removeprefix(_CROSS_PREMISES)
                mail.internal[key] = fields.values(piece, name)[0]
        mail.authenticated = mail.internal.get("authas", "") == "Internal"
    mail.raw = fields.remove(mail.raw, _names(mail.raw, _CROSS_PREMISES))


def verdict(tenant: Tenant, mail: Mail, address: str) -> str:
    """Return what X-MS-Exchange-Authentication-Results says of a returned message."""
    spf = "pass" if address in tenant.spf_addresses else "softfail"
    signature = dkim_result(tenant.dns, mail.raw)
    aligned = signature == "pass" or spf == "pass"
    dmarc = "pass" if aligned else "fail action=none"
    return f"spf={spf} (sender IP is {address}); dkim={signature}; dmarc={dmarc}"


def dkim_result(dns: dict[str, bytes], raw: bytes) -> str:
    """Return the DKIM verdict in Exchange's words ([V] captured fields)."""
    if not fields.values(raw, "DKIM-Signature"):
        return "none (message not signed)"
    return "pass" if dkim_verifies(dns, raw) else "fail (body hash did not verify)"


def dkim_verifies(dns: dict[str, bytes], raw: bytes) -> bool:
    """Whether the topmost DKIM signature verifies with the simulated DNS."""
    try:
        return bool(dkim.verify(raw, dnsfunc=lambda name, timeout=5: dns.get(_text(name))))
    except (dkim.DKIMException, ValueError):
        return False


def arc_result(dns: dict[str, bytes], raw: bytes) -> str:
    """Return the state of the ARC chain: none, pass or fail (RFC 8617 4.4)."""
    if not fields.values(raw, "ARC-Seal"):
        return "none"
    state, _, _ = dkim.arc_verify(raw, dnsfunc=lambda name, timeout=5: dns.get(_text(name)))
    return str(state.decode() if isinstance(state, bytes) else state).lower()


def _text(name: bytes | str) -> str:
    text = name.decode() if isinstance(name, bytes) else name
    return text.rstrip(".").lower()


def _sign(tenant: Tenant, domain: str, raw: bytes) -> bytes:
    """Add the ARC set and the DKIM signature of the tenant, newest on top."""
    if tenant.dkim_key is None:
        return raw
    key, selector = tenant.dkim_key, b"selector1"
    try:
        if tenant.arc_seals:
            results = f"{domain}; spf=pass dmarc=pass dkim=pass arc=none"
            judged = fields.prepend(raw, [("Authentication-Results", results)])
            sealed = dkim.arc_sign(judged, selector, domain.encode(), key, domain.encode())
            raw = b"".join(line.rstrip() + b"\r\n" for line in sealed) + raw
        signature = dkim.sign(
            raw,
            selector,
            domain.encode(),
            key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[
                name for name in SIGNED_FIELDS if fields.values(raw, name.decode())
            ],
        )
    except (dkim.DKIMException, ValueError):
        return raw  # mail too broken to be signed leaves without
    return bytes(signature).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + raw


def _firewall(raw: bytes) -> bytes:
    """Drop internal fields at a border ([V] header firewall)."""
    return fields.remove(
        raw, _names(raw, _ORGANIZATION) | _names(raw, "x-ms-exchange-forest-")
    )


def _names(raw: bytes, prefix: str) -> set[str]:
    found = {fields.name(piece) for piece in fields.split(raw)[0]}
    return {name for name in found if name.startswith(prefix)}


def _cross_premises(mail: Mail, host: str) -> list[tuple[str, str]]:
    # [V] six tenants, 2019 to 2026.
    return [
        (
            "X-MS-Exchange-CrossPremises-AuthAs",
            "Internal" if mail.authenticated else "Anonymous",
        ),
        ("X-MS-Exchange-CrossPremises-AuthMechanism", "04"),
        ("X-MS-Exchange-CrossPremises-AuthSource", host),
        ("X-MS-Exchange-CrossPremises-SCL", "1"),
        ("X-MS-Exchange-CrossPremises-MessageSource", "StoreDriver"),
        ("X-MS-Exchange-CrossPremises-BCC", ""),
        (
            "X-MS-Exchange-CrossPremises-Antispam-ScanContext",
            "DIR:Originating;SFV:NSPM;SKIP:0;",
        ),
        ("X-OrganizationHeadersPreserved", host),
    ]


def correlation(raw: bytes) -> str:
    """Return the Message-ID, for traces."""
    found = fields.values(raw, "Message-ID")
    return re.sub(r"[^!-~]", "", found[0])[:80] if found else ""
