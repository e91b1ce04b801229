"""What each key of a tenant file may hold; data and small checks, nothing else."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any, NoReturn

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+\Z")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
FIELD_NAME = re.compile(r"[!-9;-~]{1,64}\Z")
_OWN_NAME = re.compile(r"[Xx]-(?![Mm][Ss]-)[!-9;-~]{1,62}\Z")
# Exchange compares whole words, split at blanks and punctuation: one word it must be.
WORD = re.compile(r"[A-Za-z0-9]{2,64}\Z")
_SIZE = re.compile(r"[1-9][0-9]{0,3}(?:KB|MB)\Z")
NAME_LIMIT = 64  # New-TransportRule, New-OutboundConnector: Name


class TenantFileError(ValueError):
    """The tenant file breaks a rule; the message names the key, the rule and the value."""


def refuse(key: str, rule: str, got: object) -> NoReturn:
    """Raise the error that names key, rule and value."""
    raise TenantFileError(f"{key} must {rule}, got {got!r}")


def checked_text(key: str, value: object, limit: int = 256) -> str:
    """Return a text without control characters, line breaks, or blanks around it."""
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        refuse(key, f"be a text of 1 to {limit} characters", value)
    # isprintable() is false for controls, line and paragraph separators, surrogates.
    if not value.isprintable():
        refuse(key, "have no control characters or line breaks", value)
    if value != value.strip():
        refuse(key, "have no blanks around it", value)
    return value


def _domain(key: str, value: object) -> str:
    text = checked_text(key, value, 253)
    if not _DOMAIN.match(text):
        refuse(key, "be a domain name in ASCII (A-labels)", value)
    return text.lower()


def _list(key: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        refuse(key, "be a list", value)
    return value


def _address(key: str, value: object) -> str:
    text = checked_text(key, value, 18)
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError:
        refuse(key, "be an IPv4 address or network (Exchange takes no IPv6)", value)
    if network.prefixlen < 24:
        refuse(key, "be no wider than /24", value)
    return text


def _domains(key: str, value: object, folder: Path) -> tuple[str, ...]:
    items = _list(key, value)
    if not items:
        refuse(key, "name at least one", value)
    return tuple(_domain(key, item) for item in items)


def _one_address(key: str, value: object, folder: Path) -> str:
    if "/" in (text := _address(key, value)):
        refuse(key, "be one address", value)
    return text


def _choice(*words: str) -> Any:
    def check(key: str, value: object, folder: Path) -> str:
        if value not in words:
            refuse(key, f"be one of {', '.join(words)}", value)
        return str(value)

    return check


def _matching(pattern: re.Pattern[str], rule: str) -> Any:
    def check(key: str, value: object, folder: Path) -> str:
        text = checked_text(key, value)
        if not pattern.match(text):
            refuse(key, rule, value)
        return text

    return check


def _file(key: str, value: object, folder: Path) -> Path:
    return folder / checked_text(key, value, 1024)


def _port(key: str, value: object, folder: Path) -> int:
    if type(value) is not int or not 0 < value < 65536:
        refuse(key, "be a port number", value)
    return value


def _bool(key: str, value: object, folder: Path) -> bool:
    if not isinstance(value, bool):
        refuse(key, "be true or false", value)
    return bool(value)


MESSAGE_TYPES = (
    "OOF", "AutoForward", "Encrypted", "Calendaring", "PermissionControlled",
    "Voicemail", "Signed", "ApprovalRequest", "ReadReceipt",
)  # fmt: skip
"""Values of -MessageTypeMatches; a rule takes only one of them."""


def _types(key: str, value: object, folder: Path) -> tuple[str, ...]:
    for word in _list(key, value):
        if word not in MESSAGE_TYPES:
            refuse(key, f"hold only {', '.join(sorted(MESSAGE_TYPES))}", word)
    return tuple(_list(key, value))


REQUIRED = (
    "name", "domains", "initial_domain", "smart_host", "service_host",
    "certificate_domain", "certificate", "private_key",
)  # fmt: skip
CHECKS: dict[str, Any] = {
    "name": _matching(re.compile(r"[a-z0-9-]{1,40}\Z"), "be a lower-case word"),
    "tenant_id": _matching(_GUID, "be a GUID"),
    "domains": _domains,
    "initial_domain": lambda k, v, _: _domain(k, v),
    "smart_host": lambda k, v, _: _domain(k, v),
    "smart_port": _port,
    "connect_to": _one_address,
    "service_host": lambda k, v, _: _domain(k, v),
    "service_addresses": lambda k, v, _: tuple(_address(k, item) for item in _list(k, v)),
    "spf_include": lambda k, v, _: _domain(k, v),
    "certificate_domain": lambda k, v, _: _domain(k, v),
    "certificate": _file,
    "private_key": _file,
    "signature_html": _file,
    "signature_text": _file,
    "marker": lambda k, v, _: checked_text(k, v, 200),
    "proof": _choice("header", "dkim"),
    # The field is taken out of every message: none that means something to its readers.
    "secret_header": _matching(_OWN_NAME, "be the name of a header field, X-..."),
    "scope": _choice("all", "external"),
    "retain_headers": _bool,
    "max_size": _matching(_SIZE, "be a size such as 20MB"),
    "skip_types": _types,
}
