"""The Microsoft 365 round trip: sign a tenant's mail between its two connectors.

    python examples/m365_round_trip.py demo
    python examples/m365_round_trip.py init --tenant contoso.toml --name contoso ...
    python examples/m365_round_trip.py onboard --tenant contoso.toml > onboard.ps1
    python examples/m365_round_trip.py check --tenant contoso.toml
    python examples/m365_round_trip.py serve --tenant contoso.toml --tls-cert ...
    python examples/m365_round_trip.py offboard --tenant contoso.toml > offboard.ps1

``serve`` is the relay of smtp_relay.py with the policy of m365/policy.py. What the
commands do is told in m365/README.md; ``--help`` after each lists its arguments.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import signing_arguments
from m365 import check, onboard, tenant_file


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; return the exit code."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except (tenant_file.TenantFileError, OSError) as error:
        print(f"m365_round_trip.py {args.command}: {error}", file=sys.stderr)
        return signing_arguments.USAGE


def _parser() -> argparse.ArgumentParser:
    parser = signing_arguments.Parser(
        prog="m365_round_trip.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run, about in (
        ("demo", _demo, "a simulated tenant and the service on loopback, with a trace"),
        ("init", _init, "write a tenant file and its secret"),
        ("onboard", _onboard, "print the PowerShell that connects the tenant"),
        ("offboard", _offboard, "print the PowerShell that undoes it"),
        ("check", _check, "say what DNS and certificates still lack"),
        ("serve", _serve, "run the service"),
    ):
        command = commands.add_parser(name, help=about)
        command.set_defaults(run=run)
        if name == "serve":
            from m365 import service

            service.add_arguments(command)
        elif name != "demo":
            command.add_argument("--tenant", type=Path, required=True, metavar="FILE")
        if name == "init":
            _add_init_arguments(command)
        if name == "check":
            command.add_argument("--dns-file", type=Path, metavar="TOML")
    return parser


def _add_init_arguments(parser: argparse.ArgumentParser) -> None:
    for option, about in (
        ("--name", "a short word for logs and file names"),
        ("--domain", "accepted domain whose mail is signed"),
        ("--initial-domain", "NAME.onmicrosoft.com"),
        ("--smart-host", "NAME.mail.protection.outlook.com"),
        ("--service-host", "host name of the service"),
        ("--certificate-domain", "accepted domain in the tenant's client certificate"),
    ):
        parser.add_argument(option, required=True, help=about)


def _demo(args: argparse.Namespace) -> int:
    from m365 import demo

    return demo.run(sys.stdout)


def _init(args: argparse.Namespace) -> int:
    file: Path = args.tenant
    if file.exists():
        raise tenant_file.TenantFileError(f"{file} is there already")
    secret = f"{file.stem}.secret"
    table: dict[str, Any] = {
        "name": args.name,
        "domains": [args.domain],
        "initial_domain": args.initial_domain,
        "smart_host": args.smart_host,
        "service_host": args.service_host,
        "certificate_domain": args.certificate_domain,
        "certificate": f"{args.name}.pem",
        "private_key": f"{args.name}.key",
        "secret_file": secret,
        "signature_html": "signature.html",
        "signature_text": "signature.txt",
    }
    tenant_file.write_secret(file.parent / secret)
    tenant_file.from_table(table, file.parent)  # refuses what would not load
    file.write_text(tenant_file.dumps(table), encoding="utf-8")
    print(f"{file} and {secret} written: keep the second one to yourself.")
    return 0


def _onboard(args: argparse.Namespace) -> int:
    print(onboard.onboard(tenant_file.load(args.tenant)), end="")
    return 0


def _offboard(args: argparse.Namespace) -> int:
    print(onboard.offboard(tenant_file.load(args.tenant)), end="")
    return 0


def _check(args: argparse.Namespace) -> int:
    tenant = tenant_file.load(args.tenant)
    try:
        lookup = check.file_lookup(args.dns_file) if args.dns_file else check.dns_lookup
    except ValueError as error:
        raise tenant_file.TenantFileError(str(error)) from None
    findings = list(check.check(tenant, lookup, datetime.datetime.now(datetime.UTC)))
    for finding in findings:
        print(f"{finding.level:8} {finding.subject}: {finding.text}")
    return 1 if any(finding.level == "missing" for finding in findings) else 0


def _serve(args: argparse.Namespace) -> int:
    from m365 import service

    return service.run(args)


if __name__ == "__main__":
    sys.exit(main())
