"""Signatures by rules: which copies of a mail are sent, to whom, and with which signature.

    python examples/signature_rules.py --sender kim@example.com \\
        --recipient lee@example.com --recipient bob@example.org < in.eml

The rules stand in a TOML file (rules.toml), the signatures are the folders beside it in
signatures/ (signature_folder.py). Where recipients need different signatures the envelope
is split and each copy signed on its own; the header fields stay as they are, so every copy
shows all recipients. Prints one JSON line a copy; ``--out DIR`` writes the copies there.
``Book.copies`` is what a relay's policy calls (relay_values.Policy.handle answers for one
copy; a relay that splits sends the others through ``Delivery`` of its own).
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

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


def read(path: Path, signatures: Path) -> Book:
    """Read a rule file and the signatures that it names.

    Raises:
        MailsigError: Something in it is wrong; the text says what.
        OSError: A file is missing.
    """
    from signature_folder import load

    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = sorted(set(data) - {"internal", "groups", "rules"})
    if unknown:
        raise MailsigError(f"{path.name}: unknown keys: {', '.join(unknown)}")
    rules = []
    for number, row in enumerate(data.get("rules", ()), 1):
        try:
            rules.append(Rule(**row))
        except (TypeError, MailsigError) as error:
            raise MailsigError(f"{path.name}: rule {number}: {error}") from error
    names = {rule.outcome for rule in rules} - {NONE, LEAVE}
    return Book(
        tuple(rules),
        frozenset(data.get("internal", ())),
        {
            name: frozenset(address.lower() for address in some)
            for name, some in data.get("groups", {}).items()
        },
        {name: load(signatures / name) for name in sorted(names)},
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rules", type=Path, default=HERE / "rules.toml")
    parser.add_argument("--signatures", type=Path, default=HERE / "signatures")
    parser.add_argument("--person", type=Path, default=HERE / "preview" / "person.toml")
    parser.add_argument("--sender", required=True)
    parser.add_argument("--recipient", action="append", required=True)
    parser.add_argument("--on", type=date.fromisoformat, default=None, help="YYYY-MM-DD")
    parser.add_argument("--out", type=Path, help="folder for the copies")
    given = parser.parse_args(arguments)
    try:
        book = read(given.rules, given.signatures)
        person = tomllib.loads(given.person.read_text(encoding="utf-8"))
    except (OSError, KeyError, ValueError) as error:
        print(error, file=sys.stderr)
        return 66
    raw = sys.stdin.buffer.read()
    on = given.on or date.today()
    for number, copy in enumerate(
        book.copies(raw, given.sender, given.recipient, person, on)
    ):
        told = {"to": copy.recipients, "outcome": copy.outcome, "signed": copy.signed}
        print(json.dumps(told))
        if given.out is not None:
            given.out.mkdir(parents=True, exist_ok=True)
            (given.out / f"{number}.eml").write_bytes(copy.octets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
