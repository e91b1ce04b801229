"""Questions to the DNS, or to a file: what is there, what is not, and what nobody knows."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

Lookup = Callable[[str, str], list[str]]
"""Record type and name to values; an empty list where there are none."""


class LookupFailedError(Exception):
    """The DNS has not answered: nobody knows whether the record is there."""


def dns_lookup(kind: str, name: str) -> list[str]:
    """Ask the DNS (needs dnspython, which comes with dkimpy).

    Raises:
        LookupFailedError: The DNS did not answer.
    """
    import dns.exception
    import dns.name
    import dns.resolver

    try:
        dns.name.from_text(name)
    except dns.exception.DNSException:
        return []  # nobody can have a record of that name
    try:
        answer = dns.resolver.resolve(name, kind, lifetime=10)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise LookupFailedError(f"{name}: {error}") from error
    if kind == "TXT":
        return [b"".join(record.strings).decode("ascii", "replace") for record in answer]
    return [record.to_text() for record in answer]


def file_lookup(file: Path) -> Lookup:
    """Return a look-up in a TOML file.

    Raises:
        ValueError: The file is no TOML, or its records are no lists of texts.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error
    for kind, records in tables.items():
        if not isinstance(records, dict):
            raise ValueError(f"{file}: {kind} must be a table")
        for name, values in records.items():
            if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
                raise ValueError(f"{file}: {name} must be a list of texts")
    return lambda kind, name: list(tables.get(kind, {}).get(name, []))
