"""Non-delivery reports as Exchange Online writes them ([V] layout: NDR documentation)."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING

from m365.simulator import fields
from m365.simulator.state import Mail

if TYPE_CHECKING:
    from m365.tenant import Tenant

_BODY = """\
Delivery has failed to these recipients or groups:

{recipients}

Diagnostic information for administrators:

Generating server: {server}

{details}
"""


def report(tenant: Tenant, mail: Mail, refused: dict[str, str]) -> bytes:
    """Return the report to the sender of ``mail``: recipient and the reply it got."""
    server = f"{tenant.name}.mailbox.example.test"
    boundary = f"report-{mail.number}"
    details = "\n\n".join(
        f"{address}\nRemote Server returned '{reply}'" for address, reply in refused.items()
    )
    text = _BODY.format(recipients="\n".join(refused), server=server, details=details)
    machine = "\n\n".join(
        [
            f"Reporting-MTA: dns;{server}",
            *(_group(address, reply) for address, reply in refused.items()),
        ]
    )
    header = b"".join(fields.split(mail.raw)[0]).decode("utf-8", "replace")
    parts = [
        f"Content-Type: text/plain; charset=utf-8\n\n{text}",
        f"Content-Type: message/delivery-status\n\n{machine}\n",
        f"Content-Type: text/rfc822-headers\n\n{header}",
    ]
    lines = [
        f"From: <postmaster@{tenant.initial_domain}>",
        f"To: <{mail.sender}>",
        "Subject: Undeliverable",
        f"Date: {format_datetime(tenant.clock.now)}",
        f"Message-ID: <report-{mail.number}@{server}>",
        "MIME-Version: 1.0",
        "Auto-Submitted: auto-replied",
        "Content-Type: multipart/report; report-type=delivery-status;",
        f' boundary="{boundary}"',
        "",
        *(f"--{boundary}\n{part}" for part in parts),
        f"--{boundary}--",
        "",
    ]
    octets = "\n".join(lines).encode("utf-8", "surrogateescape")
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _group(address: str, reply: str) -> str:
    status = reply[4:].split(" ")[0]
    return (
        f"Final-Recipient: rfc822;{address}\nAction: failed\n"
        f"Status: {status}\nDiagnostic-Code: smtp;{reply}"
    )
