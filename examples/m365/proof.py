"""Which tenant a message is from, proven by the message itself.

Two proofs, one for each tenant by its file:

* ``header``: a field with the tenant's secret, set by the tenant's own catcher rule.
  Exchange sets it anew each time, and it is removed before the message returns.
* ``dkim``: a DKIM signature of the tenant's domain that verifies, as Exchange made it on
  the first leg. Checked before anything is changed. A signature says nothing about the
  recipients, so a message that was once sent can be replayed: prefer the header.

Fields that Exchange writes (the tenant's id, its domain) are no proof, since not every
message has them; but what contradicts the proof refuses the message.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

import dkim  # type: ignore[import-untyped]
from dkim.util import InvalidTagValueList, parse_tag_value  # type: ignore[import-untyped]

from m365.look_up import Lookup, LookupFailedError
from m365.tenant_file import TenantSettings

_FIELD = re.compile(rb"(?m)^([!-9;-~]++)([ \t]*+):((?:[^\n]|\n[ \t])*+)\n?")
_MOST_SIGNATURES = 5  # each costs a look-up and a verification
# dkimpy's canonicalization takes the square of the length of such a run.
_BLANKS = re.compile(rb"[ \t]{64,}+(?!\r\n)")
_FOLDS = re.compile(rb"\s{64,}+")  # and its patterns that of such a run in a signature
_MOST_STEPS = 20_000_000


@dataclass(frozen=True, slots=True)
class Refused:
    """No tenant is proven; ``reason`` is told to the client."""

    reason: str


class Header:
    """The fields of a message's header section, read once."""

    def __init__(self, raw: bytes) -> None:
        self._bodies: dict[str, list[str]] = {}
        self.loose: set[str] = set()  # with blanks before the colon (RFC 5322 4.5)
        end = raw.find(b"\r\n\r\n")
        section = raw if end < 0 else raw[: end + 2]
        for found in _FIELD.finditer(section):
            body = found.group(3).decode("utf-8", "replace")
            name = found.group(1).decode("ascii").lower()
            if found.group(2):
                self.loose.add(name)
            self._bodies.setdefault(name, []).append(re.sub(r"\r?\n", "", body).strip())

    @property
    def names(self) -> list[str]:
        """All names, lower case."""
        return list(self._bodies)

    def values(self, name: str) -> list[str]:
        """Return the unfolded bodies of all fields of a name."""
        return self._bodies.get(name.lower(), [])

    def has_word(self, name: str, word: str) -> bool:
        """Whether a field has this whole word, ASCII case ignored."""
        pattern = rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])"
        return any(re.search(pattern, body, re.I) for body in self.values(name))


def tenant_of(
    header: Header, raw: bytes, tenants: Sequence[TenantSettings], dns: Lookup
) -> TenantSettings | Refused:
    """Return the one tenant that the message proves, or why there is none."""
    proven = [tenant for tenant in tenants if _is_proven(header, raw, tenant, dns)]
    if not proven:
        return Refused("no proof of a tenant of this service")
    if len(proven) > 1:
        return Refused("proof of more than one tenant")
    if _is_contradicted(header, proven[0], tenants):
        return Refused("the proof and the tenant's id contradict each other")
    return proven[0]


def _is_proven(header: Header, raw: bytes, tenant: TenantSettings, dns: Lookup) -> bool:
    if tenant.proof == "header":
        values = header.values(tenant.secret_header)
        if tenant.secret_header.lower() in header.loose:
            return False  # as it is written, it would not be removed
        # Exchange replaces the field: a second one was not set by the tenant's rule.
        return len(values) == 1 and hmac.compare_digest(
            values[0].encode("utf-8", "replace"), tenant.secret.encode()
        )
    return _has_signature(raw, tenant, dns)


def _has_signature(raw: bytes, tenant: TenantSettings, dns: Lookup) -> bool:
    """Whether a signature of the tenant's domain verifies.

    Raises:
        LookupFailedError: None does, and the DNS did not tell the key of one.
    """
    if sum(len(run) ** 2 for run in _BLANKS.findall(raw)) > _MOST_STEPS:
        return False
    try:
        message = dkim.DKIM(raw)
    except dkim.MessageFormatError:
        return False
    # The fields as dkimpy reads them: what is compared must be what is verified.
    signatures = [v for name, v in message.headers if name.lower() == b"dkim-signature"]
    del signatures[_MOST_SIGNATURES:]
    if _steps(signatures, len(message.headers)) > _MOST_STEPS:
        return False
    failed = None
    for index, signature in enumerate(signatures):
        if _domain(signature) not in tenant.all_domains:
            continue
        try:
            if _verifies(message, index, dns):
                return True
        except LookupFailedError as error:
            failed = error
    if failed is not None:
        raise failed
    return False


def _steps(signatures: list[bytes], fields: int) -> int:
    """Return about how many steps dkimpy takes beside what grows with the message."""
    names = sum(signature.count(b":") for signature in signatures)  # of h=, in all fields
    folds = (run for signature in signatures for run in _FOLDS.findall(signature))
    return names * fields + sum(len(run) ** 2 for run in folds)


def _domain(signature: bytes) -> str:
    """Return the domain that signed; none if what stands behind a part may be anything."""
    try:
        tags = parse_tag_value(signature)
    except InvalidTagValueList:
        return ""
    if b"l" in tags:
        return ""
    return str(tags.get(b"d", b"").decode("ascii", "replace")).lower()


def _verifies(message: dkim.DKIM, index: int, dns: Lookup) -> bool:
    def key(name: bytes, timeout: int = 5) -> bytes | None:
        try:
            found = dns("TXT", name.decode("ascii", "replace").rstrip(".").lower())
        except Exception as error:  # whatever it is, the message is not to blame
            raise LookupFailedError(type(error).__name__) from error
        return found[0].encode("ascii", "replace") if found else None

    try:
        return bool(message.verify(idx=index, dnsfunc=key))
    except LookupFailedError:
        raise
    except Exception:  # dkimpy raises many kinds on mail that is broken on purpose
        return False


def _is_contradicted(
    header: Header, proven: TenantSettings, tenants: Sequence[TenantSettings]
) -> bool:
    ids = {value.lower() for value in header.values("X-MS-Exchange-CrossTenant-Id")}
    if proven.tenant_id and ids - {proven.tenant_id.lower()}:
        return True
    domains = {value.lower() for value in header.values("X-OriginatorOrg")}
    others = (tenant for tenant in tenants if tenant is not proven)
    foreign = {domain for tenant in others for domain in tenant.all_domains}
    return bool(domains & foreign)
