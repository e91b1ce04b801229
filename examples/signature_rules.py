"""Signatures by rules: which copies of a mail are sent, to whom, and with which signature.

    python examples/signature_rules.py --sender kim@example.com \\
        --recipient lee@example.com --recipient bob@example.org < in.eml

The rules stand in a TOML file (rules.toml), the signatures are the folders beside it in
signatures/ (signature_folder.py). Where recipients need different signatures the envelope
is split and each copy signed on its own; the header fields stay as they are, so every copy
shows all recipients. Prints one JSON line a copy; ``--out DIR`` writes the copies there.
"""

# ``Book.copies`` is what a program of your own calls. No server here does: a relay's policy
# (relay_values.Policy.handle) answers with one message for all recipients.

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from signature_folder import hint, load  # noqa: E402
from signing_arguments import Parser  # noqa: E402

from mailsig import MailsigError, Options, Signature, parse, rewrite  # noqa: E402
from mailsig.rules import LEAVE, NONE, Mail, Rule, split  # noqa: E402
from mailsig.templates import SignatureTemplate  # noqa: E402

_DEFAULTS = Options()


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: who gets it, why, and its octets."""

    recipients: tuple[str, ...]
    outcome: str
    octets: bytes
    signed: bool


@dataclass(frozen=True, slots=True)
class Book:
    """Rules, groups and signatures, as read from their files."""

    rules: tuple[Rule, ...]
    internal: frozenset[str]
    groups: Mapping[str, frozenset[str]]
    templates: Mapping[str, SignatureTemplate]

    def copies(
        self,
        raw: bytes,
        sender: str,
        recipients: Sequence[str],
        person: Mapping[str, object],
        on: date,
        options: Options = _DEFAULTS,
    ) -> list[Copy]:
        """Return the copies to send; without a rule that holds, mail is left alone."""
        head = parse(raw)
        groups = (name for name, some in self.groups.items() if sender.lower() in some)
        mail = Mail(
            sender=sender,
            recipients=tuple(recipients),
            on=on,
            internal=self.internal,
            groups=frozenset(groups),
            reply=bool(head["In-Reply-To"] or head["References"]),
        )
        made = []
        for outcomes, to in split(self.rules, mail):
            outcome = outcomes[0] if outcomes else LEAVE
            octets, signed = self._signed(raw, outcome, person, options)
            made.append(Copy(to, outcome, octets, signed))
        return made

    def _signed(
        self, raw: bytes, outcome: str, person: Mapping[str, object], options: Options
    ) -> tuple[bytes, bool]:
        if outcome == LEAVE:
            return raw, False
        signature: Signature | None = None
        if outcome != NONE:
            signature = self.templates[outcome].render(person)
        result = rewrite(raw, signature, options)
        return result.message, result.signed


def read(path: Path, signatures: Path, own: Iterable[str] = ()) -> Book:
    """Read a rule file and the signatures that it names, which may use ``own`` fields.

    Raises:
        MailsigError: Something in it is wrong; the text says what.
        OSError: A file is missing.
    """
    data = _toml(path)
    unknown = sorted(set(data) - {"internal", "groups", "rules"})
    if unknown:
        raise MailsigError(f"{path.name}: unknown keys: {', '.join(unknown)}")
    groups = {
        name: _words(path, f"groups.{name}", some)
        for name, some in _table(path, "groups", data.get("groups", {})).items()
    }
    rules = []
    given = data.get("rules", [])
    for number, row in enumerate(given if isinstance(given, list) else [given], 1):
        row = _table(path, f"rule {number}", row)
        try:
            _check_names("key", row, [each.name for each in fields(Rule)])
            if "outcome" not in row:
                raise MailsigError("outcome is missing")
            rules.append(Rule(**row))
            _check_names("group", rules[-1].groups, groups)
        except (TypeError, MailsigError) as error:
            raise MailsigError(f"{path.name}: rule {number}: {error}") from error
    names = {rule.outcome for rule in rules} - {NONE, LEAVE}
    return Book(
        tuple(rules),
        _words(path, "internal", data.get("internal", [])),
        groups,
        {name: load(signatures / name, own) for name in sorted(names)},
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise MailsigError(f"{path.name}: {error}") from error


def _table(path: Path, name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MailsigError(f"{path.name}: {name} must be a table, got {value!r}")
    return value


def _words(path: Path, name: str, value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise MailsigError(f"{path.name}: {name} must be a list of texts, got {value!r}")
    return frozenset(word.lower() for word in value)


def _check_names(kind: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise MailsigError(f"no {kind} is called {name!r}{hint(name, known)}")


def _address(text: str) -> str:
    name, _, domain = text.rpartition("@")
    if not name or not domain:
        raise argparse.ArgumentTypeError(f"must be an address, got {text!r}")
    return text


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    for name, default, metavar, about in (
        ("rules", HERE / "rules.toml", "FILE", "rules.toml beside this"),
        ("signatures", HERE / "signatures", "DIR", "signatures/ beside this"),
        ("person", HERE / "preview" / "person.toml", "FILE", "preview/person.toml"),
    ):
        about = f"(default: {about})"
        add(f"--{name}", type=Path, default=default, metavar=metavar, help=about)
    add("--sender", type=_address, required=True, help="of the envelope")
    add(
        "--recipient",
        type=_address,
        action="append",
        required=True,
        help="of the envelope (may be repeated)",
    )
    add("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="(default: today)")
    add("--out", type=Path, metavar="DIR", help="for the copies (default: none is kept)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    given = _arguments(arguments)
    try:
        person = _toml(given.person)
        book = read(given.rules, given.signatures, person)
    except (OSError, MailsigError) as error:
        print(error, file=sys.stderr)
        return 66
    raw = sys.stdin.buffer.read()
    on = given.on or date.today()
    try:
        copies = book.copies(raw, given.sender, given.recipient, person, on)
    except MailsigError as error:
        print(f"{given.person.name}: {error}", file=sys.stderr)
        return 66
    for number, copy in enumerate(copies):
        told = {"to": copy.recipients, "outcome": copy.outcome, "signed": copy.signed}
        print(json.dumps(told))
        if given.out is not None:
            try:
                given.out.mkdir(parents=True, exist_ok=True)
                (given.out / f"{number}.eml").write_bytes(copy.octets)
            except OSError as error:
                print(error, file=sys.stderr)
                return 74
    return 0


if __name__ == "__main__":
    sys.exit(main())
