"""Sign one message from standard input to standard output.

    python examples/smtp_relay.py pipe --html sig.html --text sig.txt < in.eml > out.eml

``smtp_pipe.py`` run by itself does the same.

Standard output gets the message and nothing else; standard error gets one JSON line
that says what was done and why, with labels (media types, charsets) and no other text of
the message. Exit codes are those of sysexits.h:

==  =========================================================================
 0  done; also when nothing was to be signed, and the message passed unchanged
64  wrong arguments
66  a signature file can't be read, or isn't a signature
74  input can't be read or output can't be written
75  a bug, with ``--on-error tempfail``: nothing was written, try again later
==  =========================================================================

A bug of ours never costs a message: without ``--on-error tempfail`` the message passes
through unchanged, and the JSON line says so. Under Postfix's pipe(8) use the wrapper in
``examples/postfix/``: there, every exit code but 0 and 75 bounces the mail.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import signing_arguments

if TYPE_CHECKING:
    from mailsig import Result

IO_ERROR = 74  # EX_IOERR
TEMPORARY = 75  # EX_TEMPFAIL


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``pipe``."""
    parser.add_argument(
        "--on-error",
        choices=("pass", "tempfail"),
        default="pass",
        help="after a bug: pass the message unchanged, or write nothing and exit 75",
    )
    signing_arguments.add_signature_arguments(parser)
    signing_arguments.add_option_arguments(parser)


def main() -> int:
    """Run as ``smtp_relay.py pipe`` does; return the exit code."""
    parser = signing_arguments.Parser(
        prog="smtp_pipe.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    return run(parser.parse_args())


def run(args: argparse.Namespace) -> int:
    """Sign what stands on standard input; return the exit code."""
    try:
        files = signing_arguments.read_signature_files(args)
    except signing_arguments.UnreadableSignatureError as error:
        return _fail(signing_arguments.NO_INPUT, error)
    try:
        raw = _read_all(0)
    except OSError as error:
        return _fail(IO_ERROR, error)
    report: dict[str, Any]
    pieces: list[bytes | memoryview]
    try:
        pieces, report = _sign(args, files, raw)
    except signing_arguments.UnreadableSignatureError as error:
        return _fail(signing_arguments.NO_INPUT, error)
    except ArgumentError as error:
        return _fail(signing_arguments.USAGE, error)
    except Exception as error:
        report = {"outcome": "error", "passed": args.on_error == "pass", **_where(error)}
        if args.on_error == "tempfail":
            _say(report)
            return TEMPORARY
        pieces = [raw]
    try:
        _write_all(1, pieces)
    except OSError as error:
        return _fail(IO_ERROR, error)
    _say(report)
    return 0


class ArgumentError(Exception):
    """The library refuses an option."""


def _sign(
    args: argparse.Namespace, files: signing_arguments.SignatureFiles, raw: bytes
) -> tuple[list[bytes | memoryview], dict[str, Any]]:
    import mailsig

    try:
        options = signing_arguments.options_from(args)
    except mailsig.MailsigError as error:
        raise ArgumentError(str(error)) from error
    signature = signing_arguments.build_signature(files)
    result = mailsig.rewrite(raw, signature, options)
    return list(result.chunks()), describe(result)


def describe(result: Result[bytes]) -> dict[str, Any]:
    """Return what a result says, ready for JSON; of the message, labels only."""
    return {
        "outcome": result.outcome,
        "signed": result.signed,
        "parts": [
            {
                "path": list(part.path),
                "media_type": part.media_type,
                "rule": part.rule,
                "confidence": part.confidence,
                "offset": part.offset,
                "charset": part.charset,
                "note": part.note,
            }
            for part in result.parts
        ],
        "skipped": [
            {"path": list(skip.path), "reason": skip.reason.value, "detail": skip.detail}
            for skip in result.skipped
        ],
        "fields": [
            {"action": field.action, "name": field.name, "index": field.index}
            for field in result.fields
        ],
    }


def _where(error: Exception) -> dict[str, str]:
    # The text of an exception may quote the message; its type and place don't.
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f"{os.path.basename(last.filename)}:{last.lineno}" if last else ""
    return {"error": type(error).__name__, "at": place}


def _fail(code: int, error: Exception) -> int:
    _say({"outcome": "error", "error": type(error).__name__, "detail": str(error)})
    return code


def _say(report: dict[str, Any]) -> None:
    # If nobody listens, the exit code still tells. Where there is no standard error, its
    # number may be another file's.
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            _write_all(sys.stderr.fileno(), [json.dumps(report).encode() + b"\n"])


def _read_all(descriptor: int) -> bytes:
    pieces = []
    while piece := os.read(descriptor, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def _write_all(descriptor: int, pieces: Iterable[bytes | memoryview]) -> None:
    # Past Python's buffers: a full disk must show here, not when the program ends.
    for piece in pieces:
        view = memoryview(piece)
        while view:
            view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    sys.exit(main())
