"""Sign mail on its way: one message through a pipe, or all of it in an SMTP relay.

    python examples/smtp_relay.py pipe < in.eml > out.eml
    python examples/smtp_relay.py serve --listen 127.0.0.1:2525 --next-hop HOST:PORT

``pipe`` lives in smtp_pipe.py, which lists its exit codes; the relay's promises are told
in relay_server.py. ``--help`` after either word lists its arguments.
"""

from __future__ import annotations

import argparse
import contextlib
import ssl
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import signing_arguments
import smtp_pipe

if TYPE_CHECKING:
    from relay_server import RelayConfig
    from relay_values import NextHop, Policy


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; return the exit code."""
    parser = signing_arguments.Parser(
        prog="smtp_relay.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    pipe = commands.add_parser("pipe", help="sign one message, standard input to output")
    smtp_pipe.add_arguments(pipe)
    serve = commands.add_parser("serve", help="run an SMTP relay that signs")
    add_serve_arguments(serve)
    args = parser.parse_args(argv)
    return smtp_pipe.run(args) if args.command == "pipe" else run_serve(args)


def add_relay_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of every relay: how it listens, and its limits."""
    within = signing_arguments.within
    for name, kind, default, metavar, about in (
        ("listen", str, "127.0.0.1:2525", "IP:PORT", "[IP]:PORT for IPv6"),
        ("hostname", str, "localhost", "NAME", "ours, in the greeting and in Received"),
        ("max-size", signing_arguments.OCTETS, 50 << 20, "OCTETS", "of one message"),
        ("max-connections", within(1, 100_000), 100, "N", "at a time"),
        ("drain-seconds", within(0, 86_400, float), 60, "S", "longest wait on SIGTERM"),
    ):
        about = f"{about} (default: %(default)s)"
        parser.add_argument(
            f"--{name}", type=kind, default=default, metavar=metavar, help=about
        )
    add = parser.add_argument
    add(
        "--allow-network",
        type=signing_arguments.network,
        action="append",
        metavar="CIDR",
        help="who may connect, once for each (default: loopback only)",
    )
    signing_arguments.add_memory_argument(parser)
    signing_arguments.add_monitor_argument(parser)


def add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``serve``."""
    add = parser.add_argument
    add("--next-hop", required=True, metavar="HOST:PORT", help="all mail goes there")
    add_relay_arguments(parser)
    add("--require-signature", action="store_true", help="451 for what can't be signed")
    tls = parser.add_argument_group("TLS")
    tls.add_argument("--tls-cert", type=Path, metavar="PEM", help="offers STARTTLS")
    tls.add_argument("--tls-key", type=Path, metavar="PEM", help="default: in --tls-cert")
    tls.add_argument("--require-tls", action="store_true", help="no mail without STARTTLS")
    tls.add_argument(
        "--client-ca", type=Path, metavar="PEM", help="clients must show one it signed"
    )
    tls.add_argument(
        "--next-hop-tls",
        choices=("none", "opportunistic", "required"),
        default="none",
        help="opportunistic believes any certificate (default: %(default)s)",
    )
    tls.add_argument(
        "--next-hop-ca",
        type=Path,
        metavar="PEM",
        help="judges its certificate (default: the system's)",
    )
    tls.add_argument(
        "--next-hop-cert", type=Path, metavar="PEM", help="shown there, with its key"
    )
    signing_arguments.add_choice_arguments(parser)
    signing_arguments.add_signature_arguments(parser)
    signing_arguments.add_option_arguments(parser)


def run_serve(args: argparse.Namespace) -> int:
    """Run the relay until SIGTERM; return the exit code."""
    try:
        import relay_server
        import relay_values

        config = relay_config(args)
        policy: Policy = relay_values.SigningPolicy(
            next_hop(args),
            signing_arguments.signature_chooser(args),
            signing_arguments.options_from(args),
            require=args.require_signature,
        )
    except signing_arguments.REFUSED as error:
        return signing_arguments.refuse("smtp_relay.py serve", error)
    try:
        return relay_server.run(config, policy, args.monitor_port)
    except signing_arguments.CannotListenError as error:
        return signing_arguments.refuse("smtp_relay.py serve", error)


def relay_config(args: argparse.Namespace) -> RelayConfig:
    """Return the relay's configuration.

    Raises:
        ValueError: It would not be safe, makes no sense, or a certificate can't be read.
    """
    from relay_server import RelayConfig

    host, port = signing_arguments.host_and_port("--listen", args.listen)
    return RelayConfig(
        listen=host,
        port=port,
        hostname=args.hostname,
        networks=tuple(args.allow_network) if args.allow_network else None,
        tls_context=server_context(args.tls_cert, args.tls_key, args.client_ca),
        require_tls=args.require_tls or args.client_ca is not None,
        max_size=args.max_size,
        max_connections=args.max_connections,
        memory=args.memory,
        drain_seconds=args.drain_seconds,
    )


def next_hop(args: argparse.Namespace) -> NextHop:
    """Return the next hop that the arguments name."""
    from relay_values import NextHop

    host, port = signing_arguments.host_and_port("--next-hop", args.next_hop, lowest=1)
    context = None
    if args.next_hop_ca or args.next_hop_cert:
        if args.next_hop_tls != "required":
            raise ValueError(
                "--next-hop-ca and --next-hop-cert need --next-hop-tls required"
            )
        with _named(next_hop_ca=args.next_hop_ca):
            context = ssl.create_default_context(cafile=args.next_hop_ca)
        if args.next_hop_cert:
            with _named(next_hop_cert=args.next_hop_cert):
                context.load_cert_chain(args.next_hop_cert)
    return NextHop(host, port, tls=args.next_hop_tls, context=context)


def server_context(
    certificate: Path | None, key: Path | None, client_ca: Path | None
) -> ssl.SSLContext | None:
    """Return the TLS context of a listener; with ``client_ca`` it demands a certificate."""
    if certificate is None:
        if key is not None:
            raise ValueError("--tls-key needs --tls-cert")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with _named(tls_cert=certificate, tls_key=key):
        context.load_cert_chain(certificate, key)
    if client_ca is not None:
        with _named(client_ca=client_ca):
            context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextlib.contextmanager
def _named(**files: Path | None) -> Iterator[None]:
    """Name options and files where they can't be used: the errors of ssl do neither."""
    given = {name.replace("_", "-"): file for name, file in files.items() if file}
    try:
        for file in given.values():
            file.open("rb").close()
        yield
    except OSError as error:
        names = ", ".join(f"--{name} {file}" for name, file in given.items())
        raise ValueError(f"{names}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
