"""The command ``serve``: the relay of smtp_relay.py with the policy of this folder."""

from __future__ import annotations

import argparse
import json
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import relay_server
import signing_arguments

from m365 import tenant_file
from m365.certificates import Files
from m365.look_up import dns_lookup, file_lookup
from m365.policy import EXCHANGE, RoundTripPolicy, Tenants, tls_context, way_for


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM; return the exit code."""
    try:
        policy = policy_from(args)
        config = config_from(args)
    except signing_arguments.REFUSED as error:
        return signing_arguments.refuse("m365_round_trip.py serve", error)
    return relay_server.run(config, policy, args.monitor_port)


def policy_from(args: argparse.Namespace) -> RoundTripPolicy:
    """Return the policy for the tenant files that the arguments name."""
    tenants = tenants_from(args.tenant, args.return_ca, args.dns_file)
    return RoundTripPolicy(tenants, args.exchange_name or EXCHANGE)


def tenants_from(files: list[Path], roots: Path | None, dns: Path | None) -> Tenants:
    """Return the tenants of these files."""
    settings = [tenant_file.load(file) for file in files]
    check_apart(settings)
    ways = [way_for(one, roots) for one in settings]
    return Tenants(ways, file_lookup(dns) if dns else dns_lookup)


def check_apart(tenants: list[tenant_file.TenantSettings]) -> None:
    """Refuse tenant files that would let two tenants be taken for one another."""
    for what in ("name", "secret", "certificate_domain", "initial_domain", "smart_host"):
        seen = [getattr(tenant, what) for tenant in tenants]
        if len(set(seen)) < len(seen):
            raise ValueError(f"two tenant files have the same {what}")
    domains = [domain for tenant in tenants for domain in tenant.all_domains]
    if len(set(domains)) < len(domains):
        raise ValueError("two tenant files have a domain in common")


def config_from(args: argparse.Namespace) -> relay_server.RelayConfig:
    """Return the relay's configuration."""
    host, port = signing_arguments.host_and_port("--listen", args.listen)
    return relay_server.RelayConfig(
        listen=host,
        port=port,
        hostname=args.hostname,
        networks=tuple(args.allow_network) if args.allow_network else None,
        tls_context=server_context(args.tls_cert, args.tls_key, args.client_ca),
        max_size=args.max_size,
        max_connections=args.max_connections,
        memory=args.memory,
        drain_seconds=args.drain_seconds,
    )


def server_context(certificate: Path, key: Path, roots: Path | None) -> ssl.SSLContext:
    """Return a context that asks for a client certificate.

    It is optional here, so that a client without one is told why (policy.py) instead of
    losing the connection in the handshake; one that can't be verified still does.
    """
    context = tls_context(ssl.Purpose.CLIENT_AUTH, roots, certificate, key)
    context.verify_mode = ssl.CERT_OPTIONAL
    if roots is None:
        context.load_default_certs(ssl.Purpose.CLIENT_AUTH)
    return context


def command_line(listen: str, files: Files, root: Path, tenants: list[Path]) -> list[str]:
    """Return the arguments that serve these tenants, all of them under one root."""
    return [
        "serve",
        f"--listen={listen}",
        f"--tls-cert={files.chain}",
        f"--tls-key={files.key}",
        f"--client-ca={root}",
        f"--return-ca={root}",
        *(f"--tenant={file}" for file in tenants),
    ]


def parsed(line: str) -> dict[str, Any]:
    """Return one line of the service's log."""
    value = json.loads(line)
    assert isinstance(value, dict)
    return value


def port_of(log: Iterable[str]) -> int:
    """Read the service's log until it listens; return the port."""
    for line in log:
        if line.startswith("{") and parsed(line).get("event") == "listening":
            return int(parsed(line)["port"])
    raise RuntimeError("the service did not start")
