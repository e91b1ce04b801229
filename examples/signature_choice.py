"""Who gets which signature: a CSV file of people, and a folder of signatures.

    address,signature,name,title,phone
    robin@example.com,corporate,Robin Example,Customer Care,+49 30 555 0100
    kim@example.com,campaign,Kim Example,Sales,
    newsletter@example.com,none,,,
    *@example.org,corporate,,,
    *,none,,,

``signature`` names a folder in ``examples/signatures/`` (signature_folder.py) or is
``none``; the other columns are fields of its template, known ones or your own. The row of
the address counts, else that of its domain (``*@domain``), else the default (``*``), else
there is none. Addresses and the names of columns are compared without regard to case; the
null sender has the default. Where there is no signature, its fields needn't stand:
``*,none`` is a whole row. Commas, semicolons or tabs divide the columns. Blank rows are
passed over.

Both are looked at once a second at most, and read again when they have changed. If they
are broken then, the last good ones stay in use, and one line on standard error says what
is wrong; it is tried again at the next change. A row that breaks in spite of the check
has no signature, and one line says why.
"""

from __future__ import annotations

import contextlib
import csv
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import log_lines
import signature_folder
from signing_arguments import UnreadableSignatureError

from mailsig import MailsigError, Signature
from mailsig.templates import DIRECTORY_FIELDS, SignatureTemplate

NONE = "none"
_LOOK_SECONDS = 1.0
_ADDRESS = re.compile(r"\*|(?:\*|[^\s<>*]+)@[^\s<>*@]+")
_PICTURE = re.compile(r"cid:\{\{\s*(\w+)")


@dataclass(frozen=True, slots=True)
class Row:
    """Where a row stands (``FILE:LINE: address``), its signature and its fields."""

    place: str
    signature: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class People:
    """One good state of the files; signatures are made when they are first asked for."""

    rows: Mapping[str, Row]
    templates: Mapping[str, SignatureTemplate]
    warnings: tuple[str, ...]
    made: dict[str, Signature | None] = field(default_factory=dict)

    def row(self, address: str) -> Row | None:
        """Return the row that counts for an address."""
        address = address.casefold()
        keys = (address, "*@" + address.rpartition("@")[2], "*")
        return next((self.rows[key] for key in keys if key in self.rows), None)

    def signature(self, address: str) -> Signature | None:
        """Return the signature of an address."""
        row = self.row(address)
        if row is None or row.signature == NONE:
            return None
        if row.place not in self.made:
            try:
                self.made[row.place] = rendered(row, self.templates[row.signature])
            except UnreadableSignatureError as error:
                self.made[row.place] = None
                _say(error=str(error), kept="no signature")
        return self.made[row.place]


class SignatureChoice:
    """The choice, kept up to date.

    Raises:
        UnreadableSignatureError: The files are broken from the start.
    """

    def __init__(self, folder: Path, people: Path) -> None:
        self._folder = folder
        self._people = people
        self._reading = threading.Lock()
        self._looked = time.monotonic()
        self._state = self._fingerprint()
        self._good = read(folder, people)
        if self._good.warnings:
            _say(warnings=self._good.warnings)

    def choose(self, sender: bytes) -> Signature | None:
        """Return the signature of an envelope's sender, or None."""
        due = time.monotonic() - self._looked >= _LOOK_SECONDS
        # One at a time: of two readings the older must not be the last.
        if due and self._reading.acquire(blocking=False):
            try:
                self.refresh()
            finally:
                self._reading.release()
        return self._good.signature(sender.decode("utf-8", "replace"))

    def refresh(self) -> None:
        """Read the files again, if they changed."""
        self._looked = time.monotonic()
        state = self._fingerprint()
        if state == self._state:
            return
        self._state = state
        try:
            self._good = read(self._folder, self._people)
        except UnreadableSignatureError as error:
            _say(error=str(error), kept="the last good ones")
            return
        warned = {"warnings": self._good.warnings} if self._good.warnings else {}
        _say(rows=len(self._good.rows), **warned)

    def _fingerprint(self) -> Any:
        paths, state = [self._people], []
        with contextlib.suppress(OSError):  # a folder is being replaced
            for pattern in ("*", "*/*", "*/images/*"):  # also behind symbolic links
                paths += sorted(self._folder.glob(pattern))
        for path in paths:
            try:
                found = path.stat()
            except OSError:
                continue  # it is being replaced; the next look sees it
            state.append((str(path), found.st_mtime_ns, found.st_size, found.st_ino))
        return state


def _say(**said: object) -> None:
    log_lines.STANDARD.write(event="people", **said)


def read(folder: Path, people: Path) -> People:
    """Read the people and the signatures that they name.

    Raises:
        UnreadableSignatureError: Something is missing or wrong; the text says where.
    """
    try:
        if not folder.is_dir():
            raise UnreadableSignatureError(f"there is no folder {folder}")
        columns, rows = _read_people(people)
        own = set(columns) - {"", "address", "signature", *DIRECTORY_FIELDS}
        templates = _read_templates(folder, rows.values(), sorted(own))
    except (OSError, MailsigError) as error:
        raise UnreadableSignatureError(str(error)) from error
    warnings = tuple(f"{people}: {text}" for text in unused(own, *templates.values()))
    try:
        for name, template in templates.items():
            _check([row for row in rows.values() if row.signature == name], template)
    except UnreadableSignatureError as error:  # of a misspelt column, perhaps
        raise UnreadableSignatureError("; ".join((str(error), *warnings))) from error
    return People(rows, templates, warnings)


def _read_people(people: Path) -> tuple[list[str], dict[str, Row]]:
    """Return the names of the columns, and the rows by address."""
    try:
        with people.open(newline="", encoding="utf-8-sig") as file:
            header = file.readline()
            file.seek(0)
            # Where the decimal sign is a comma, spreadsheets write semicolons.
            delimiter = max(",;\t", key=header.count)
            reader = csv.DictReader(file, delimiter=delimiter, strict=True)
            columns = [name.strip().casefold() for name in reader.fieldnames or ()]
            reader.fieldnames = columns
            return columns, _rows(people, reader)
    except UnicodeDecodeError as error:
        raise UnreadableSignatureError(
            f"{people}: not UTF-8, save it as CSV UTF-8"
        ) from error
    except csv.Error as error:
        raise UnreadableSignatureError(f"{people}:1: {error}") from error
    except OSError as error:
        raise UnreadableSignatureError(f"{people}: {error.strerror}") from error


def _read_templates(
    folder: Path, rows: Iterable[Row], own: Iterable[str]
) -> dict[str, SignatureTemplate]:
    templates: dict[str, SignatureTemplate] = {}
    for row in rows:
        name = row.signature
        if name in templates or name == NONE:
            continue
        if Path(name).name != name or name == ".." or not (folder / name).is_dir():
            raise UnreadableSignatureError(
                f"{row.place}: no signature in {folder} is named {name!r}"
            )
        templates[name] = signature_folder.load(folder / name, own)
    return templates


def _rows(people: Path, reader: csv.DictReader[str]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    columns = reader.fieldnames or ()
    for name in ("address", "signature"):
        if name not in columns:
            raise UnreadableSignatureError(
                f"{people}: no column {name}, the first line has: {', '.join(columns)}"
            )
    for name in filter(None, columns):
        if columns.count(name) > 1:
            raise UnreadableSignatureError(f"{people}: column {name} is given twice")
    while True:
        start = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error as error:
            raise UnreadableSignatureError(f"{people}:{start}: {error}") from error
        if values is None:
            return rows
        if not any("".join(cell or "").strip() for cell in values.values()):
            continue  # a spreadsheet's blank row
        line = f"{people}:{reader.line_num}"
        short = None in values.values() and (values["signature"] or "").strip() != NONE
        if None in values or short:
            raise UnreadableSignatureError(f"{line}: more or fewer values than columns")
        address = (values.pop("address") or "").strip().casefold()
        place = f"{line}: {address}"
        if not address:
            raise UnreadableSignatureError(f"{line}: address is missing")
        if not _ADDRESS.fullmatch(address):
            raise UnreadableSignatureError(
                f"{place}: no address (a whole domain is *@example.com, all others are *)"
            )
        if address in rows:
            raise UnreadableSignatureError(f"{place}: given twice")
        signature = values.pop("signature").strip()
        if not signature:
            raise UnreadableSignatureError(f"{place}: signature is missing (or none)")
        rows[address] = Row(place, signature, values)


def _check(rows: Iterable[Row], template: SignatureTemplate) -> None:
    """Render one row of each kind, as thousands of rows would take too long.

    Rows are of one kind where the same fields are given, and the same of them name a
    picture that is there.
    """
    html = (template.html or "") + (template.reply_html or "")
    pictures = set(_PICTURE.findall(html))
    there = {image.name for image in template.images}
    fields = sorted(template.fields)
    seen = set()
    for row in rows:
        values = ((name, str(row.fields.get(name) or "").strip()) for name in fields)
        kind = tuple(
            (value != "", name in pictures and value in there) for name, value in values
        )
        if kind not in seen:
            seen.add(kind)
            rendered(row, template)


def rendered(row: Row, template: SignatureTemplate) -> Signature:
    """Return the signature of a row.

    Raises:
        UnreadableSignatureError: Nothing is left of it, or a picture is missing.
    """
    try:
        return template.render(row.fields)
    except MailsigError as error:
        raise UnreadableSignatureError(f"{row.place}: {row.signature}: {error}") from error


def unused(names: Iterable[str], *templates: SignatureTemplate) -> Iterator[str]:
    """Say which names are no known field, and none of the templates uses."""
    used = {name for template in templates for name in template.fields}
    for name in sorted(set(names) - used - {*DIRECTORY_FIELDS}):
        near = signature_folder.hint(name, DIRECTORY_FIELDS)
        yield f"no signature in use has the field {name!r}{near}"
