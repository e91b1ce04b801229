"""Shows a signature in real messages before anybody gets it.

    python examples/preview.py --signature examples/signatures/portrait
    python examples/preview.py --signature mine --person me.toml --set title=Sales
    python examples/preview.py --signature mine --person people.csv --address jo@example.com

writes one page, ``preview.html``, that loads nothing from anywhere: each demo message
before and after, the added part outlined, what was decided and why, and the warnings.
With ``--png FOLDER`` and an installed Chromium, a picture of each message as well.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))  # a checkout not installed

import chromium
import preview_page
from preview_page import Remark, Scene, html_pane, text_panes
from signature_choice import NONE, Row, read, rendered, unused
from signature_folder import is_field, load
from signing_arguments import Parser, UnreadableSignatureError

from mailsig import Options, Result, Signature, rewrite
from mailsig.templates import DIRECTORY_FIELDS, SignatureTemplate

HERE = Path(__file__).parent / "preview"
OPTIONS = Options(replies="short")
SCENES = ("new", "reply", "dark", "plain", "alternative")


@dataclass(frozen=True, slots=True)
class Shown:
    """A demo message, and what became of it."""

    before: EmailMessage
    after: EmailMessage
    result: Result[bytes]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page; return 1 if the signature is broken, or warned of when strict."""
    given = _arguments(arguments)
    try:
        person, others = _person(given)
        template = load(given.signature, (*person.fields, *given.field))
        signature = rendered(person, template)
        html = build(person.signature, template, person.fields, signature)
        given.out.write_text(html, encoding="utf-8")
    except (UnreadableSignatureError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"wrote {given.out}")
    fields = [f"{given.person}: {s}" for s in unused(person.fields, template, *others)]
    for warning in (*fields, *template.warnings):
        print(warning, file=sys.stderr)
    if given.png is not None:
        _take_pictures(given.out, given.png)
    has_warnings = any(finding.level == "warning" for finding in template.warnings)
    return 1 if given.strict and (fields or has_warnings) else 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(description="Show a signature in demo messages.")
    parser.add_argument(
        "--signature", type=Path, required=True, metavar="FOLDER", help="its templates"
    )
    parser.add_argument(
        "--person",
        type=Path,
        default=HERE / "person.toml",
        metavar="FILE",
        help="TOML or CSV (default: the one in examples/preview)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="in place of the person's value (may be repeated)",
    )
    parser.add_argument(
        "--field",
        action="append",
        default=[],
        help="one more known field (may be repeated)",
    )
    parser.add_argument("--address", help="whose row, where --person is a CSV file")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("preview.html"),
        metavar="FILE",
        help="the page (default: %(default)s)",
    )
    parser.add_argument(
        "--png", type=Path, metavar="FOLDER", help="pictures, with Chromium"
    )
    parser.add_argument("--strict", action="store_true", help="warnings are errors")
    return parser.parse_args(arguments)


def _person(given: argparse.Namespace) -> tuple[Row, Iterable[SignatureTemplate]]:
    """Return the person, of a TOML file or a row of what the relay reads.

    And the other templates that the fields of that file are for.

    Raises:
        ValueError: The file is not UTF-8, not TOML, or has no such row; or ``--set`` or
            ``--field`` names no field.
    """
    others: Iterable[SignatureTemplate] = ()
    if given.person.suffix == ".csv":
        if given.address is None:
            raise ValueError(f"--address is missing: whose row of {given.person}?")
        people = read(given.signature.parent, given.person)
        row = people.row(given.address)
        if row is None:
            raise ValueError(f"{given.person} has no row for {given.address}")
        if row.signature == NONE:
            raise ValueError(f"{row.place}: has no signature (none)")
        place, fields, others = row.place, {**row.fields}, people.templates.values()
    else:
        place = str(given.person)
        try:
            fields = tomllib.loads(given.person.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise ValueError(f"{given.person}: {error}") from None
    for name in given.field:
        if not is_field(name):
            raise ValueError(f"--field {name} must be letters, digits and _")
    for change in given.set:
        name, equals, value = change.partition("=")
        if not equals:
            raise ValueError(f"--set {change} must be FIELD=VALUE")
        if name not in (*DIRECTORY_FIELDS, *fields, *given.field):
            raise ValueError(f"--set {change}: no field is called {name!r}")
        fields[name] = value
    return Row(place, given.signature.name, fields), others


def build(
    name: str,
    template: SignatureTemplate,
    person: Mapping[str, object],
    signature: Signature,
) -> str:
    """Return the page for one signature of one person."""
    new, reply, plain = (_shown(kind, signature) for kind in ("new", "reply", "plain"))
    scenes = [
        _html_scene("new", "A new message", new),
        _html_scene("reply", "A reply, above the quoted message", reply),
        _html_scene("dark", "The new message in dark mode", new, is_dark=True),
        _text_scene("plain", "A plain-text message", plain),
        _text_scene("alternative", "The plain-text version of the new message", new),
    ]
    title = f"Signature “{name}” for {person.get('name') or 'a person without a name'}"
    checks = _checks(template, person, signature)
    return preview_page.page(title, _facts(signature), checks, scenes)


def _shown(kind: str, signature: Signature) -> Shown:
    raw = (HERE / f"{kind}.eml").read_bytes()
    result = rewrite(raw, signature, OPTIONS)
    return Shown(_read(raw), _read(result.message), result)


def _read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _html_scene(name: str, title: str, shown: Shown, *, is_dark: bool = False) -> Scene:
    before = html_pane(shown.before, is_dark=is_dark)
    after = html_pane(shown.after, is_dark=is_dark)
    remarks = [*_reasons(shown.result, "text/html")]
    if is_dark:
        remarks = [Remark("note", "Colours", "turned round as mail apps do; images stay")]
    return Scene(name, title, before, after, remarks, is_dark)


def _text_scene(name: str, title: str, shown: Shown) -> Scene:
    before, after = text_panes(_text(shown.before), _text(shown.after))
    return Scene(name, title, before, after, [*_reasons(shown.result, "text/plain")])


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n").strip("\n") if part else ""


def _reasons(result: Result[bytes], media_type: str) -> Iterator[Remark]:
    for part in result.parts:
        if part.media_type == media_type:
            note = f", {part.note}" if part.note else ""
            text = f"rule {part.rule}, confidence {part.confidence}{note}"
            yield Remark("good", "Signed", text)
    for skip in result.skipped:
        yield Remark("warning", "Skipped", f"{skip.reason.value} {skip.detail}".strip())


def _facts(signature: Signature) -> Iterator[tuple[str, str]]:
    yield "HTML", f"{len(signature.html.encode()):,} octets"
    yield "Text", f"{len(signature.text.encode()):,} octets"
    size = sum(len(image.data) for image in signature.images)
    yield f"in {len(signature.images)} images", f"{size:,} octets"


def _checks(
    template: SignatureTemplate, person: Mapping[str, object], signature: Signature
) -> list[Remark]:
    remarks = [
        Remark(finding.level, finding.level.capitalize(), str(finding))
        for finding in template.warnings
    ]
    if not remarks:
        remarks.append(Remark("good", "Good", "nothing that would hurt in real mail"))
    known = {finding.rule for finding in template.warnings}
    for finding in signature.warnings:  # what only this person's values bring
        if finding.rule not in known:
            text = f"{finding.part} of this person: {finding.detail} [{finding.rule}]"
            remarks.append(Remark(finding.level, finding.level.capitalize(), text))
    empty = sorted(name for name in template.fields if person.get(name) in (None, ""))
    if empty:
        text = f"no value, so their lines are left out: {', '.join(empty)}"
        remarks.append(Remark("note", "Fields", text))
    return remarks


def _take_pictures(page: Path, folder: Path) -> None:
    program = chromium.find()
    if program is None:
        print("no pictures: Chromium is not installed", file=sys.stderr)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with chromium.Chromium(program) as browser:
            browser.open(page, width=1320)
            for name in SCENES:
                (folder / f"{name}.png").write_bytes(browser.picture(f"#{name}"))
    except (chromium.BrowserError, OSError) as error:
        print(f"no pictures: {error}", file=sys.stderr)
        return
    print(f"wrote pictures to {folder}")


if __name__ == "__main__":
    raise SystemExit(main())
