"""Postfix between the two connectors: the configuration for a set of tenants.

Postfix takes mail from Exchange Online over TLS with a client certificate, our milter
(``milter.py``) proves the tenant, signs, stamps the loop field and removes the secret,
and Postfix returns the message through that tenant's own transport, with that tenant's
certificate. What binds a message to a transport is the secret itself: a header check
with the action FILTER. Without proof the milter refuses, while the client is connected;
and where the milter were missing, the default transport is an error.

Reports of Postfix (to a tenant's sender, from the null sender) find their way by the
recipient's domain, over the same transports.

Values of tenant files stand in names (checked words), in ``{ }`` (master.cf) or in a
pattern with every other character than letters and digits escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from m365.tenant_file import TenantFileError, TenantSettings

MAX_SIZE = 50 << 20

_MAIN = """\
# In from Exchange Online: TLS, and a client certificate that can be verified. Which
# networks may connect is for your firewall (Exchange's published ranges).
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_CAfile = {client_roots}
smtpd_tls_req_ccert = yes
smtpd_relay_restrictions = permit_tls_all_clientcerts, reject
# Without CHUNKING, Exchange keeps messages with bare line feeds (5.6.11) to itself.
smtpd_discard_ehlo_keywords = chunking, silent-discard
# The milter proves the tenant and signs. While it is down, Exchange keeps the mail.
smtpd_milters = {milter}
milter_default_action = tempfail
milter_content_timeout = 300s
# What the milter would be too small for must not pass it: it would keep the secret.
message_size_limit = {size}
# The way back, by the tenant's secret; a message without one has no way at all.
header_checks = regexp:{folder}/return_paths
mime_header_checks =
nested_header_checks =
transport_maps = texthash:{folder}/transport
default_transport = no-proof:5.7.1 no proof of a tenant of this service
relayhost =
# Exchange gives up after a day, and so do we.
maximal_queue_lifetime = 1d
bounce_queue_lifetime = 1d
"""

_SERVICE = """\
# Back to {name}.
return-{name} unix - - n - 20 smtp
  -o smtp_tls_security_level=secure
  -o smtp_tls_secure_cert_match={host}
  -o {{ smtp_tls_cert_file = {certificate} }}
  -o {{ smtp_tls_key_file = {key} }}
  -o {{ smtp_tls_CAfile = {roots} }}
  -o syslog_name=postfix/return-{name}
"""


def main_cf(
    folder: Path, certificate: Path, key: Path, client_roots: Path, milter: str
) -> str:
    """Return the lines for main.cf; ``milter`` as in smtpd_milters."""
    return _MAIN.format(
        folder=_path(folder, "{}$,'\" "),  # a blank would end the name of a table
        certificate=_path(certificate),
        key=_path(key),
        client_roots=_path(client_roots),
        milter=milter,
        size=MAX_SIZE,
    )


def master_cf(tenants: Sequence[TenantSettings], roots: Path) -> str:
    """Return the lines for master.cf: one transport a tenant."""
    # A name of its own: what goes to "error" itself is refused at RCPT, before the message.
    no_proof = "no-proof unix - - n - - error\n"
    return no_proof + "".join(
        _SERVICE.format(
            name=tenant.name,
            host=tenant.smart_host,
            certificate=_path(tenant.certificate),
            key=_path(tenant.private_key),
            roots=_path(roots),
        )
        for tenant in tenants
    )


def return_paths(tenants: Sequence[TenantSettings]) -> str:
    """Return the header checks. The file holds secrets: mode 0600."""
    lines = []
    for tenant in tenants:
        if tenant.proof != "header":
            raise TenantFileError(f"{tenant.name}: Postfix needs proof = 'header'")
        field = _escaped(tenant.secret_header)
        secret = _escaped(tenant.secret)
        pattern = f"/^{field}:[[:space:]]*{secret}[[:space:]]*$/"
        lines.append(f"{pattern} FILTER {_way(tenant)}\n")
    return "".join(lines)


def transport(tenants: Sequence[TenantSettings]) -> str:
    """Return the transport table: reports to a tenant's senders."""
    return "".join(
        f"{domain} {_way(tenant)}\n" for tenant in tenants for domain in tenant.all_domains
    )


def write(
    folder: Path,
    tenants: Sequence[TenantSettings],
    *,
    certificate: Path,
    key: Path,
    client_roots: Path,
    return_roots: Path,
    milter: str,
) -> None:
    """Write the four files into ``folder``."""
    main = main_cf(folder, certificate, key, client_roots, milter)
    (folder / "main.cf.m365").write_text(main)
    (folder / "master.cf.m365").write_text(master_cf(tenants, return_roots))
    (folder / "transport").write_text(transport(tenants))
    checks = folder / "return_paths"
    checks.touch(mode=0o600)
    checks.chmod(0o600)
    checks.write_text(return_paths(tenants))


def _way(tenant: TenantSettings) -> str:
    host = tenant.connect_to or tenant.smart_host
    return f"return-{tenant.name}:[{host}]:{tenant.smart_port}"


def _escaped(text: str) -> str:
    return re.sub(r"([^A-Za-z0-9-])", r"\\\1", text)


def _path(path: Path, never: str = "{}$,'\"") -> str:
    text = str(path.resolve())
    if not text.isprintable() or set(text) & set(never):
        raise TenantFileError(f"a path that Postfix would misread: {text!r}")
    return text
