"""Command-line arguments that all adapters share: which signature, and how to sign.

Nothing here decides anything: the arguments become one ``mailsig.Signature`` and one
``mailsig.Options``, and the library checks them. ``mailsig`` is imported when it is
needed and not before, so that an adapter whose installation is broken can still pass
the mail on. A server that can't start says why through ``refuse``, in one line.
"""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import mimetypes
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from mailsig import Options, Signature

_HERE = Path(__file__).resolve().parent
sys.path.append(str(_HERE.parent))  # a checkout works without being installed

DEMO = _HERE / "demo"

USAGE = 64  # EX_USAGE of sysexits.h
NO_INPUT = 66  # EX_NOINPUT
UNAVAILABLE = 69  # EX_UNAVAILABLE


class UnreadableSignatureError(Exception):
    """A signature file can't be read, or holds what the library refuses."""


class CannotListenError(OSError):
    """An address can't be listened on; the text names it and says why."""


@contextlib.contextmanager
def listening_on(place: str) -> Iterator[None]:
    """Raise ``CannotListenError`` where what is done inside can't have the place."""
    try:
        yield
    except OSError as error:
        reason = str(error.strerror or error).rpartition(": ")[2]  # asyncio's is long
        raise CannotListenError(f"can't listen on {place}: {reason}") from error
    except UnicodeError as error:
        raise CannotListenError(f"can't listen on {place}: no such name") from error


# Of one message at most: to rewrite a text takes up to 70 times its size in memory, header
# fields and parts up to 150 times. What is larger passes unsigned.
LIMITS: dict[str, Any] = {
    "max_body_octets": 2 << 20,
    "max_header_octets": 1 << 20,
    "max_parts": 10_000,
}

# What a program that can't start is told, and tells: all else is a bug.
REFUSED = (UnreadableSignatureError, ModuleNotFoundError, ValueError, OSError)


def refuse(program: str, error: Exception) -> int:
    """Say on standard error why a program doesn't start; return its exit code."""
    text, code = str(error), USAGE
    if isinstance(error, UnreadableSignatureError):
        code = NO_INPUT
    elif isinstance(error, CannotListenError):
        code = UNAVAILABLE
    elif isinstance(error, ModuleNotFoundError):
        text, code = f"{error.name} is missing: pip install '.[examples]'", UNAVAILABLE
    print(f"{program}: {text}", file=sys.stderr)
    return code


class Parser(argparse.ArgumentParser):
    """An argument parser that ends with 64 (EX_USAGE) where argparse says 2."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the fault on standard error, and exit with 64."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def within(
    low: int, high: int, kind: type[int] | type[float] = int
) -> Callable[[str], float]:
    """Return the type of an argument that is a number within bounds."""

    def number(text: str) -> float:
        with contextlib.suppress(ValueError):
            if low <= (value := kind(text)) <= high:
                return value
        what = "an int" if kind is int else "a number"
        raise argparse.ArgumentTypeError(
            f"must be {what} within {low}..{high}, got {text!r}"
        )

    return number


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return an argument that is a network; the error says what is wrong with it."""
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


PORT = within(0, 65535)  # 0: any that is free
OCTETS = within(1, 1 << 40)


@dataclass(frozen=True, slots=True)
class SignatureFiles:
    """What the signature's files held, read before any mail is touched."""

    html: str | None
    text: str | None
    reply_html: str | None
    reply_text: str | None
    images: tuple[tuple[str, str, bytes], ...]  # name, media type, octets


def add_signature_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the signature's files."""
    group = parser.add_argument_group("signature (default: the one in examples/demo)")
    group.add_argument(
        "--html", type=Path, metavar="FILE", help="a finished HTML file, no template"
    )
    group.add_argument("--text", type=Path, metavar="FILE", help="its plain text, finished")
    group.add_argument("--reply-html", type=Path, metavar="FILE", help="a short version")
    group.add_argument(
        "--reply-text", type=Path, metavar="FILE", help="for --replies short"
    )
    group.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a picture the HTML refers to as cid:NAME (may be repeated)",
    )


def add_memory_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that bounds what all messages in work may take."""
    parser.add_argument(
        "--memory",
        type=within(1 << 20, 1 << 40),
        default=512 << 20,
        metavar="OCTETS",
        help="for all messages in work (default: %(default)s)",
    )


def add_monitor_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names the port of a server's counters."""
    about = "/healthz and /metrics on loopback (default: neither)"
    parser.add_argument("--monitor-port", type=PORT, metavar="PORT", help=about)


def add_choice_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a folder of signatures and who gets which."""
    group = parser.add_argument_group("a signature for each sender (signature_choice.py)")
    group.add_argument("--signatures", type=Path, metavar="DIR", help="a folder for each")
    group.add_argument("--people", type=Path, metavar="FILE", help="CSV: who gets which")


def add_option_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that become ``mailsig.Options``."""
    group = parser.add_argument_group("how to sign (defaults are those of mailsig.Options)")
    add = group.add_argument
    add("--marker", metavar="TEXT", help="stands where the author wants the signature")
    add(
        "--handled-field",
        metavar="'NAME: VALUE'",
        help="stamped on handled mail, which is never handled again; 'none': no such field",
    )
    add("--placement", metavar="WHERE", help="auto (above the quote), end or start")
    add("--dkim", metavar="HOW", help="DKIM fields of changed mail: remove, rename or keep")
    add("--arc", metavar="HOW", help="the ARC chain of changed mail: remove or keep")
    add("--replies", metavar="WHICH", help="signature of replies: same, short or none")
    add("--once-per-thread", action="store_true", default=None, help="not in each reply")
    add("--client-signatures", metavar="HOW", help='"Sent from my iPhone": keep or replace')
    add(
        "--no-text-delimiter",
        dest="text_delimiter",
        action="store_false",
        default=None,
        help="no '-- ' line in plain text",
    )
    add(
        "--allow",
        action="append",
        metavar="REASON",
        help="sign in spite of auto-submitted, calendar or tnef (may be repeated)",
    )
    add(
        "--drop-field",
        action="append",
        dest="drop_fields",
        metavar="NAME",
        help="a header field to remove (may be repeated)",
    )


_OPTIONS = (
    "marker",
    "placement",
    "dkim",
    "arc",
    "replies",
    "once_per_thread",
    "client_signatures",
    "text_delimiter",
)


def options_from(args: argparse.Namespace) -> Options:
    """Return the ``Options`` of parsed arguments.

    Raises:
        mailsig.MailsigError: The library refuses a value.
    """
    from mailsig import MailsigError, Options
    from mailsig.options import POLICY_REASONS

    given = {name: getattr(args, name) for name in _OPTIONS}
    chosen: dict[str, Any] = {**LIMITS}
    chosen |= {name: value for name, value in given.items() if value is not None}
    if args.handled_field == "none":
        chosen["handled_field"] = None
    elif args.handled_field is not None:
        name, colon, value = args.handled_field.partition(":")
        if not colon:
            raise MailsigError(f"--handled-field must be NAME: VALUE, got {name!r}")
        chosen["handled_field"] = (name.strip(), value.strip())
    if args.allow:
        words = sorted(reason.value for reason in POLICY_REASONS)
        for wrong in set(args.allow).difference(words):
            raise MailsigError(f"--allow must be one of {', '.join(words)}, got {wrong!r}")
        chosen["allow"] = frozenset(args.allow)
    if args.drop_fields:
        chosen["drop_fields"] = tuple(args.drop_fields)
    return Options(**chosen)


def read_signature_files(args: argparse.Namespace) -> SignatureFiles:
    """Read the files that the arguments name, or those of the demo signature.

    Raises:
        UnreadableSignatureError: A file is missing, unreadable, not UTF-8 or a template.
    """
    html, text = args.html, args.text
    if html is None and text is None:
        html, text = DEMO / "signature.html", DEMO / "signature.txt"
    return SignatureFiles(
        html=html and read_finished(html),
        text=text and read_finished(text),
        reply_html=args.reply_html and read_finished(args.reply_html),
        reply_text=args.reply_text and read_finished(args.reply_text),
        images=tuple(_read_image(argument) for argument in args.image),
    )


def read_finished(path: Path) -> str:
    """Return the text of a signature's file that is the same for everybody.

    Raises:
        UnreadableSignatureError: It can't be read, is not UTF-8, or is a template.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UnreadableSignatureError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableSignatureError(f"{path}: {error}") from error
    if "{{" in text or "{%" in text:
        raise UnreadableSignatureError(
            f"{path}: this is a template: use --signatures and --people (serve, milter)"
        )
    return text


def _read_image(argument: str) -> tuple[str, str, bytes]:
    name, equals, file = argument.partition("=")
    path = Path(file if equals else argument)
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    try:
        return (name if equals else path.name, media_type, path.read_bytes())
    except OSError as error:
        raise UnreadableSignatureError(f"{path}: {error.strerror}") from error


def build_signature(files: SignatureFiles) -> Signature:
    """Return the ``Signature`` made of what the files held.

    Raises:
        UnreadableSignatureError: The library refuses the content; the text says why.
    """
    from mailsig import InlineImage, MailsigError, Signature

    try:
        reply = None
        if files.reply_html is not None or files.reply_text is not None:
            reply = Signature(html=files.reply_html, text=files.reply_text)
        images = tuple(
            InlineImage(data=data, media_type=media_type, name=name)
            for name, media_type, data in files.images
        )
        return Signature(html=files.html, text=files.text, images=images, reply=reply)
    except MailsigError as error:
        raise UnreadableSignatureError(str(error)) from error


def signature_chooser(args: argparse.Namespace) -> Callable[[bytes], Signature | None]:
    """Return the function that gives a sender's signature.

    Raises:
        ValueError: The arguments don't go together.
        UnreadableSignatureError: A file can't be used; the text says why.
    """
    if (args.people is None) != (args.signatures is None):
        raise ValueError("--people and --signatures belong together")
    if args.people is not None:
        for name in ("html", "text", "reply_html", "reply_text", "image"):
            if getattr(args, name):
                option = name.replace("_", "-")
                raise ValueError(f"--{option} and --people don't go together")
        from signature_choice import SignatureChoice

        return SignatureChoice(args.signatures, args.people).choose
    files = read_signature_files(args)
    signature = build_signature(files)
    return lambda sender: signature


def host_and_port(option: str, text: str, lowest: int = 0) -> tuple[str, int]:
    """Split an option's ``HOST:PORT`` or ``[IPv6]:PORT``; port 0 is any that is free.

    Raises:
        ValueError: It is neither.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not lowest <= int(port) <= 65535:
        raise ValueError(
            f"{option} must be HOST:PORT, PORT within {lowest}..65535, got {text!r}"
        )
    return host.removeprefix("[").removesuffix("]"), int(port)
