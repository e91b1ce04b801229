"""The Microsoft 365 round trip: sign a tenant's mail between its two connectors.

    python examples/m365_round_trip.py demo
    python examples/m365_round_trip.py init --tenant contoso.toml --name contoso ...
    python examples/m365_round_trip.py onboard --tenant contoso.toml > onboard.ps1
    python examples/m365_round_trip.py check --tenant contoso.toml
    python examples/m365_round_trip.py serve --tenant contoso.toml --tls-cert ...
    python examples/m365_round_trip.py offboard --tenant contoso.toml > offboard.ps1
    python examples/m365_round_trip.py postfix --tenant contoso.toml --folder DIR ...
    python examples/m365_round_trip.py milter --tenant contoso.toml

``serve`` is the relay of smtp_relay.py with the policy of m365/policy.py. What the
commands do is told in m365/README.md; ``--help`` after each lists its arguments. What
``onboard`` prints holds the tenant's secret: write it under ``umask 077``.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import signing_arguments
import smtp_relay
from m365 import onboard, tenant_file  # the others need more packages: where they are used


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; return the exit code."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except (tenant_file.TenantFileError, OSError, ModuleNotFoundError) as error:
        return signing_arguments.refuse(f"m365_round_trip.py {args.command}", error)


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
        ("postfix", _postfix, "write the configuration of a Postfix in its place"),
        ("milter", _milter, "run the milter of that Postfix"),
    ):
        command = commands.add_parser(name, help=about)
        command.set_defaults(run=run)
        add = _ARGUMENTS.get(name, _add_tenant)
        add(command)
    return parser


def _add_tenant(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", type=Path, required=True, metavar="FILE")


def _add_tenants(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tenant", type=Path, required=True, action="append", metavar="FILE"
    )


def _add_check_arguments(parser: argparse.ArgumentParser) -> None:
    _add_tenant(parser)
    parser.add_argument("--dns-file", type=Path, metavar="TOML", help="in place of the DNS")


def _add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    _add_tenants(parser)
    smtp_relay.add_relay_arguments(parser)
    add = parser.add_argument
    add("--tls-cert", type=Path, required=True, metavar="PEM", help="with its full chain")
    add("--tls-key", type=Path, required=True, metavar="PEM", help="of --tls-cert")
    add(
        "--client-ca",
        type=Path,
        metavar="PEM",
        help="judges Exchange Online's certificate (default: the system's roots)",
    )
    add(
        "--return-ca",
        type=Path,
        metavar="PEM",
        help="judges the tenants' hosts (default: the system's roots)",
    )
    add("--exchange-name", help="the name in Exchange's certificate")
    add("--dns-file", type=Path, metavar="TOML", help="TXT records, in place of the DNS")


def _add_postfix_arguments(parser: argparse.ArgumentParser) -> None:
    _add_tenants(parser)
    add = parser.add_argument
    add("--folder", type=Path, required=True, help="where the four files go")
    add("--tls-cert", type=Path, required=True, metavar="PEM", help="with its full chain")
    add("--tls-key", type=Path, required=True, metavar="PEM")
    add("--client-ca", type=Path, metavar="PEM", default=_ROOTS, help="judges Exchange")
    add(
        "--return-ca",
        type=Path,
        metavar="PEM",
        default=_ROOTS,
        help="judges tenants' hosts",
    )
    add("--milter", default="inet:127.0.0.1:12031", help="as in smtpd_milters")


def _add_milter_arguments(parser: argparse.ArgumentParser) -> None:
    _add_tenants(parser)
    parser.add_argument(
        "--listen",
        default="127.0.0.1:12031",
        metavar="IP:PORT|unix:PATH",
        help="where Postfix finds it (default: %(default)s)",
    )
    signing_arguments.add_monitor_argument(parser)


def _add_init_arguments(parser: argparse.ArgumentParser) -> None:
    _add_tenant(parser)
    for option, about in (
        ("--name", "a short word for logs and file names"),
        ("--domain", "accepted domain whose mail is signed"),
        ("--initial-domain", "NAME.onmicrosoft.com"),
        ("--smart-host", "NAME.mail.protection.outlook.com"),
        ("--service-host", "host name of the service"),
        ("--certificate-domain", "accepted domain in the tenant's client certificate"),
    ):
        parser.add_argument(option, required=True, help=about)


_ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
_ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "demo": lambda parser: None,
    "init": _add_init_arguments,
    "check": _add_check_arguments,
    "serve": _add_serve_arguments,
    "postfix": _add_postfix_arguments,
    "milter": _add_milter_arguments,
}


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
    print(f"{file} and {file.with_name(secret)} written: keep the second one to yourself.")
    return 0


def _onboard(args: argparse.Namespace) -> int:
    print(onboard.onboard(tenant_file.load(args.tenant)), end="")
    return 0


def _offboard(args: argparse.Namespace) -> int:
    print(onboard.offboard(tenant_file.load(args.tenant)), end="")
    return 0


def _check(args: argparse.Namespace) -> int:
    from m365 import check, look_up

    tenant = tenant_file.load(args.tenant)
    try:
        file = args.dns_file
        lookup = look_up.file_lookup(file) if file else look_up.dns_lookup
    except ValueError as error:
        raise tenant_file.TenantFileError(str(error)) from None
    findings = list(check.check(tenant, lookup, datetime.datetime.now(datetime.UTC)))
    for finding in findings:
        print(f"{finding.level:8} {finding.subject}: {finding.text}")
    return 1 if any(finding.level == "missing" for finding in findings) else 0


def _serve(args: argparse.Namespace) -> int:
    from m365 import service

    return service.run(args)


def _postfix(args: argparse.Namespace) -> int:
    from m365 import service
    from m365.postfix import fragments

    tenants = [tenant_file.load(file) for file in args.tenant]
    try:
        service.check_apart(tenants)
    except ValueError as error:
        raise tenant_file.TenantFileError(str(error)) from None
    args.folder.mkdir(parents=True, exist_ok=True)
    fragments.write(
        args.folder.resolve(),
        tenants,
        certificate=args.tls_cert,
        key=args.tls_key,
        client_roots=args.client_ca,
        return_roots=args.return_ca,
        milter=args.milter,
    )
    print(f"{args.folder}: append main.cf.m365 and master.cf.m365 to Postfix's own files.")
    return 0


def _milter(args: argparse.Namespace) -> int:
    import asyncio

    import postfix_milter
    from m365 import service
    from m365.postfix import fragments, milter

    try:
        tenants = service.tenants_from(args.tenant, None, None)
        postfix_milter.place_of(args.listen)
    except ValueError as error:
        raise tenant_file.TenantFileError(str(error)) from None
    settings = milter.settings_for(tenants, fragments.MAX_SIZE)
    asyncio.run(postfix_milter.run(settings, args.listen, args.monitor_port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
