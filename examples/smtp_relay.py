"""Sign mail on its way: one message through a pipe, or all of it in an SMTP relay.

    python examples/smtp_relay.py pipe < in.eml > out.eml
    python examples/smtp_relay.py serve --listen 127.0.0.1:2525 --next-hop HOST:PORT

``pipe`` lives in smtp_pipe.py, which lists its exit codes; the relay's promises are
told in relay_server.py. ``--help`` after either word lists its arguments.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import signing_arguments
import smtp_pipe


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
    return smtp_pipe.run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
