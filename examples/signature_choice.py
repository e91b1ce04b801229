"""Who gets which signature: a CSV file of people, and a folder of signatures.

    address,signature,name,title,phone
    robin@example.com,corporate,Robin Example,Customer Care,+49 30 555 0100
    kim@example.com,campaign,Kim Example,Sales,
    newsletter@example.com,none,,,
    *@example.org,corporate,,,
    *,none,,,

``signature`` names a folder in ``examples/signatures/`` (signature_folder.py) or is
``none``; the other columns are the fields of its template. The row of the address counts,
else that of its domain (``*@domain``), else the default (``*``), else there is none.
Addresses are compared without regard to case; the null sender has the default. Where there
is no signature, its fields needn't stand: ``*,none`` is a whole row.

Both are looked at once a second at most, and read again when they have changed. If they
are broken then, the last good ones stay in use, and one line on standard error says what
is wrong; it is tried again at the next change.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from signing_arguments import UnreadableSignatureError

from mailsig import MailsigError, Signature
from mailsig.templates import SignatureTemplate

NONE = "none"
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class People:
    """One good state of the files; signatures are made when they are first asked for."""

    rows: Mapping[str, Mapping[str, str]]
    templates: Mapping[str, SignatureTemplate]
    made: dict[str, Signature | None] = field(default_factory=dict)

    def signature(self, address: str) -> Signature | None:
        """Return the signature of an address."""
        domain = "*@" + address.rpartition("@")[2]
        key = next((key for key in (address, domain, "*") if key in self.rows), None)
        if key is None:
            return None
        if key not in self.made:
            row = self.rows[key]
            template = self.templates.get(row["signature"])
            self.made[key] = template.render(row) if template is not None else None
        return self.made[key]


class SignatureChoice:
    """The choice, kept up to date.

    Raises:
        UnreadableSignatureError: The files are broken from the start.
    """

    def __init__(self, folder: Path, people: Path) -> None:
        self._folder = folder
        self._people = people
        self._looked = time.monotonic()
        self._state = self._fingerprint()
        self._good = read(folder, people)

    def choose(self, sender: bytes) -> Signature | None:
        """Return the signature of an envelope's sender, or None."""
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self.refresh()
        return self._good.signature(sender.decode("utf-8", "replace").casefold())

    def refresh(self) -> None:
        """Read the files again, if they changed."""
        self._looked = time.monotonic()
        state = self._fingerprint()
        if state == self._state:
            return
        self._state = state
        try:
            self._good = read(self._folder, self._people)
            said: dict[str, object] = {"rows": len(self._good.rows)}
        except UnreadableSignatureError as error:
            said = {"error": str(error), "kept": "the last good ones"}
        said = {"time": round(time.time(), 3), "event": "people", **said}
        print(json.dumps(said), file=sys.stderr, flush=True)

    def _fingerprint(self) -> Any:
        paths = [self._people, *sorted(self._folder.rglob("*"))]
        state = []
        for path in paths:
            try:
                found = path.stat()
            except OSError:
                continue  # it is being replaced; the next look sees it
            state.append((str(path), found.st_mtime_ns, found.st_size, found.st_ino))
        return state


def read(folder: Path, people: Path) -> People:
    """Read the people and the signatures that they name.

    Raises:
        UnreadableSignatureError: Something is missing or wrong; the text says where.
    """
    try:
        with people.open(newline="", encoding="utf-8-sig") as file:
            rows = _rows(people, csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableSignatureError(f"{people}: {error}") from error
    import signature_folder

    templates = {}
    for name in sorted({row["signature"] for row in rows.values()} - {NONE}):
        if Path(name).name != name:
            raise UnreadableSignatureError(f"{people}: no signature is named {name!r}")
        try:
            templates[name] = signature_folder.load(folder / name)
        except (OSError, MailsigError) as error:
            raise UnreadableSignatureError(str(error)) from error
    return People(rows, templates)


def _rows(people: Path, reader: csv.DictReader[str]) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    if not {"address", "signature"} <= set(reader.fieldnames or ()):
        raise UnreadableSignatureError(
            f"{people}: columns address and signature are missing"
        )
    for row in reader:
        line = f"{people}:{reader.line_num}"
        short = None in row.values() and (row["signature"] or "").strip() != NONE
        if None in row or short:
            raise UnreadableSignatureError(f"{line}: more or fewer values than columns")
        address = row["address"].strip().casefold()
        if not address or address in rows:
            raise UnreadableSignatureError(f"{line}: address is missing or given twice")
        row["signature"] = row["signature"].strip()
        if not row["signature"]:
            raise UnreadableSignatureError(f"{line}: signature is missing (or none)")
        rows[address] = row
    return rows
