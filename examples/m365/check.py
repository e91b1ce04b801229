"""The command ``check``: what still keeps signed mail from being accepted.

Looks at DNS (SPF, DKIM), at the tenant's certificate and at the files of its signature,
and says what is missing. The records come from the DNS, or from a file that holds them:

    [TXT]
    "contoso.example" = ["v=spf1 include:spf.protection.outlook.com -all"]
    [CNAME]
    "selector1._domainkey.contoso.example" = ["selector1-contoso-example…"]
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from m365.look_up import Lookup, LookupFailedError
from m365.policy import signature_of
from m365.simulator.attribution import names_of
from m365.tenant_file import TenantFileError, TenantSettings

MICROSOFT_SPF = "spf.protection.outlook.com"
_DAYS_LEFT = 21
_SPF_LOOKUPS = 10  # RFC 7208 4.6.4
# Since 2025 new domains get names under this one, others under the initial domain.
_DKIM_HOST = ".dkim.mail.microsoft"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer."""

    level: Literal["ok", "warning", "missing"]
    subject: str
    text: str


def check(
    tenant: TenantSettings, lookup: Lookup, now: datetime.datetime
) -> Iterator[Finding]:
    """Yield what is there and what is missing, in the order of the set-up."""
    for domain in tenant.domains:
        for subject, look in ((f"SPF of {domain}", _spf), (f"DKIM of {domain}", _dkim)):
            try:
                yield from look(tenant, domain, lookup)
            except LookupFailedError as error:
                yield Finding("missing", subject, f"can't be looked up ({error})")
    yield from _certificate(tenant, now)
    yield from _signature(tenant)


def _spf(tenant: TenantSettings, domain: str, lookup: Lookup) -> Iterator[Finding]:
    subject = f"SPF of {domain}"
    records = [r for r in lookup("TXT", domain) if r.lower().split(" ")[0] == "v=spf1"]
    if len(records) != 1:
        yield Finding("missing", subject, f"one SPF record wanted, {len(records)} there")
        return
    words = records[0].lower().split()
    wanted = [f"include:{MICROSOFT_SPF}"]
    if tenant.spf_include:
        wanted.append(f"include:{tenant.spf_include}")
    else:
        wanted += [f"ip4:{address}" for address in tenant.service_addresses]
    for word in wanted:
        there = word in [w.lstrip("+") for w in words]
        yield Finding("ok" if there else "missing", subject, word)
    costly = [w for w in words if re.match(r"[+?~-]?(?:include|a|mx|ptr|exists)\b", w)]
    if len(costly) + sum(w.startswith("redirect=") for w in words) > _SPF_LOOKUPS:
        yield Finding(
            "warning", subject, f"over {_SPF_LOOKUPS} look-ups: receivers give up"
        )
    if words[-1].lstrip("+?~-") != "all" and not words[-1].startswith("redirect="):
        yield Finding("warning", subject, "does not end with -all or ~all")


def _dkim(tenant: TenantSettings, domain: str, lookup: Lookup) -> Iterator[Finding]:
    for selector in ("selector1", "selector2"):
        name = f"{selector}._domainkey.{domain}"
        found = [value.rstrip(".").lower() for value in lookup("CNAME", name)]
        start = f"{selector}-{domain.replace('.', '-')}._domainkey."
        good = [
            value
            for value in found
            if value.startswith(start)
            and value.endswith((f".{tenant.initial_domain}", _DKIM_HOST))
        ]
        if good:
            yield Finding("ok", f"DKIM of {domain}", name)
        elif found:
            yield Finding("missing", f"DKIM of {domain}", f"{name} leads to another place")
        else:
            text = f"{name} wants CNAME {start}{tenant.initial_domain}"
            yield Finding("missing", f"DKIM of {domain}", f"{text} (or as Exchange says)")


def _certificate(tenant: TenantSettings, now: datetime.datetime) -> Iterator[Finding]:
    subject = f"certificate {tenant.certificate.name}"
    file = tenant.certificate
    try:
        chain = x509.load_pem_x509_certificates(file.read_bytes())
        file = tenant.private_key
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        yield Finding("missing", subject, f"{file} can't be read: {why}")
        return
    leaf = chain[0]
    yield _named(tenant, leaf, subject)
    yield _dated(leaf, subject, now)
    # Exchange fetches no intermediates: what is not sent does not exist.
    complete = len(chain) > 1 and all(
        _issued(below, above) for below, above in itertools.pairwise(chain)
    )
    text = "full chain in the file" if complete else "the file lacks the intermediates"
    yield Finding("ok" if complete else "missing", subject, text)
    fits = _public(leaf.public_key()) == _public(key.public_key())
    text = "the key fits" if fits else "the private key belongs to another certificate"
    yield Finding("ok" if fits else "missing", subject, text)


def _named(tenant: TenantSettings, leaf: x509.Certificate, subject: str) -> Finding:
    there = tenant.certificate_domain in names_of(leaf)
    text = f"names {tenant.certificate_domain}"
    return Finding("ok" if there else "missing", subject, text)


def _dated(leaf: x509.Certificate, subject: str, now: datetime.datetime) -> Finding:
    end = leaf.not_valid_after_utc
    if not leaf.not_valid_before_utc <= now <= end:
        return Finding("missing", subject, f"is not valid now (until {end:%Y-%m-%d})")
    days = (end - now).days
    level: Literal["ok", "warning"] = "ok" if days >= _DAYS_LEFT else "warning"
    return Finding(level, subject, f"valid for {days} days, until {end:%Y-%m-%d}")


def _signature(tenant: TenantSettings) -> Iterator[Finding]:
    try:
        signature = signature_of(tenant)
    except TenantFileError as error:
        yield Finding("missing", "signature", str(error))
        return
    if signature is not None:
        yield Finding("ok", "signature", "can be placed")
        for one in signature.warnings:
            if one.level == "warning":
                text = f"{one.part}, line {one.line}: {one.rule}, {one.detail}"
                yield Finding("warning", "signature", text)


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except Exception:  # wrong name, wrong signature, other key type
        return False
    return True


def _public(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined,no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
