"""The tenant file: everything about one customer's tenant, in one TOML file.

The file is written by an administrator, and its values end up in PowerShell, in
header fields and in log lines. So every value is checked here, once: no control
characters or line breaks anywhere, names within Exchange's limits, one plain word
for the loop. What passes is safe to quote (see ``powershell.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from m365.tenant_checks import (
    CHECKS,
    FIELD_NAME,
    NAME_LIMIT,
    REQUIRED,
    WORD,
    TenantFileError,
    checked_text,
    refuse,
)

__all__ = [
    "Names", "TenantFileError", "TenantSettings", "dumps", "from_table", "load",
    "write_secret",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the objects in the tenant are called."""

    inbound_connector: str = "Mailsig inbound"
    outbound_connector: str = "Mailsig outbound"
    catcher_rule: str = "Mailsig-Auto-ReRouting-Catcher"
    stamp_rule: str = "Mailsig-Stamp"  # a dash and the message type follow
    senders_group: str = "mailsig-senders"
    bypass_group: str = "mailsig-bypass-recipients"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """One tenant, as its administrator describes it.

    Attributes:
        name: A short word for logs and file names.
        tenant_id: ``OrganizationConfig.Guid``; empty where it is not known. A message
            that names another one is refused.
        domains: Accepted domains whose mail is signed.
        initial_domain: The ``*.onmicrosoft.com`` domain.
        smart_host, smart_port: Where signed mail goes back to.
        connect_to: Address to dial instead of looking ``smart_host`` up (for tests).
        service_host: The host name of this service, as the tenant dials it.
        service_addresses: IPv4 addresses of the service, for SPF and the allow list.
        spf_include: Name to include in the customer's SPF record; may be empty.
        certificate_domain: Accepted domain that this tenant's client certificate names.
        certificate, private_key: PEM files of that certificate, with its full chain.
        loop: Header field that stops the loop: name, and one word as value.
        marker: Text that stands where an author wants the signature.
        proof: How a message proves its tenant: ``header`` or ``dkim``.
        secret_header, secret: Set by the tenant's own rule; removed before the return.
        scope: ``all`` mail of the senders, or only ``external``.
        retain_headers: ``CloudServicesMailEnabled`` on both connectors.
        max_size: Larger messages are not routed to the service (``20MB``).
        skip_types: Message types that are stamped, so that they are not routed.
        signature_html, signature_text: Files with the signature.
    """

    name: str
    tenant_id: str = ""
    domains: tuple[str, ...]
    initial_domain: str
    smart_host: str
    smart_port: int = 25
    connect_to: str = ""
    service_host: str
    service_addresses: tuple[str, ...] = ()
    spf_include: str = ""
    certificate_domain: str
    certificate: Path
    private_key: Path
    loop: tuple[str, str]
    marker: str = "{EMAILSIGNATURE}"
    proof: str = "header"
    secret_header: str = "X-Mailsig-Tenant"
    secret: str = field(repr=False)
    scope: str = "all"
    retain_headers: bool = False
    max_size: str = "20MB"
    skip_types: tuple[str, ...] = (
        "OOF", "Calendaring", "Encrypted", "Signed", "PermissionControlled",
        "ReadReceipt", "ApprovalRequest", "Voicemail",
    )  # fmt: skip
    signature_html: Path | None = None
    signature_text: Path | None = None
    names: Names = field(default_factory=Names)

    @property
    def all_domains(self) -> tuple[str, ...]:
        """Every domain whose DKIM signature or envelope sender may speak for the tenant."""
        return tuple(dict.fromkeys((*self.domains, self.initial_domain)))


def load(path: Path) -> TenantSettings:
    """Read and check one tenant file.

    Raises:
        TenantFileError: A key is unknown, missing, or breaks its rule.
        OSError: The file, or the secret file that it names, can't be read.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TenantFileError(f"{path}: not a TOML file: {error}") from None
    try:
        return from_table(table, path.parent)
    except TenantFileError as error:
        raise TenantFileError(f"{path}: {error}") from None


def from_table(table: dict[str, Any], folder: Path) -> TenantSettings:
    """Return the checked tenant; relative file names count from ``folder``."""
    table = dict(table)
    names = _names(table.pop("names", {}))
    loop = table.pop("loop", {})
    secret = _secret(table, folder)
    known = {f.name for f in fields(TenantSettings)} - {"loop", "secret", "names"}
    for key in table:
        if key not in known:
            refuse(key, "be a known key", table[key])
    values = {key: _checked(key, value, folder) for key, value in table.items()}
    for f in fields(TenantSettings):
        if f.name in known - values.keys() and f.name in REQUIRED:
            refuse(f.name, "be given", None)
    return TenantSettings(**values, secret=secret, names=names, loop=_loop(loop, secret))


def dumps(table: dict[str, Any]) -> str:
    """Return a flat table as TOML, with its sub-tables at the end."""
    # JSON's strings, numbers, booleans and lists of strings are TOML's, too.
    flat = {k: v for k, v in table.items() if not isinstance(v, dict)}
    lines = [f"{key} = {_toml(value)}" for key, value in flat.items()]
    for key in table.keys() - flat.keys():
        lines += ["", f"[{key}]", dumps(table[key]).rstrip()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_secret(path: Path) -> None:
    """Make a secret file that only its owner can read; leave one that is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(24) + "\n")


def _loop_word(secret: str) -> str:
    """Return the tenant's own word for the loop field.

    A fixed ``Yes`` can be written by anyone. The word is derived from the secret, so
    that ``onboard`` prints the same one each time and nothing more has to be kept.
    It is no secret: it stands in every delivered message.
    """
    return hmac.new(secret.encode(), b"loop", hashlib.sha256).hexdigest()[:20]


def _checked(key: str, value: object, folder: Path) -> Any:
    return CHECKS[key](key, value, folder)


def _names(table: object) -> Names:
    if not isinstance(table, dict):
        refuse("names", "be a table", table)
    known = {f.name for f in fields(Names)}
    for key, value in table.items():
        if key not in known:
            refuse(f"names.{key}", "be a known key", value)
        # The name of a stamp rule gets a dash and the longest message type.
        limit = NAME_LIMIT - 21 if key == "stamp_rule" else NAME_LIMIT
        checked_text(f"names.{key}", value, limit)
    return Names(**table)


def _loop(table: object, secret: str) -> tuple[str, str]:
    if not isinstance(table, dict) or set(table) - {"header", "value"}:
        refuse("loop", "be a table of header and value", table)
    header = checked_text("loop.header", table.get("header", "X-Mailsig-Handled"), 64)
    if not FIELD_NAME.match(header):
        refuse("loop.header", "be a header field name", header)
    value = checked_text("loop.value", table.get("value", _loop_word(secret)), 64)
    if not WORD.match(value):
        refuse("loop.value", "be one word of letters and digits", value)
    return header, value


def _secret(table: dict[str, Any], folder: Path) -> str:
    if "secret_file" not in table:
        refuse("secret_file", "be given (the command `init` makes one)", None)
    name = checked_text("secret_file", table.pop("secret_file"), 1024)
    secret = (folder / name).read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[A-Za-z0-9]{32,64}", secret):
        raise TenantFileError("secret_file must hold 32 to 64 letters and digits")
    return secret
