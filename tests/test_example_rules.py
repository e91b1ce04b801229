"""The rules adapter: the envelope is split, the header fields are not."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from shared import ROOT

from mailsig import MailsigError

EXAMPLES = ROOT / "examples"
sys.path.insert(0, str(EXAMPLES))

import signature_rules  # noqa: E402

RAW = (EXAMPLES / "mail" / "plain.eml").read_bytes()
REPLY = (EXAMPLES / "mail" / "reply.eml").read_bytes()
PERSON = {"name": "Kim Example", "company": "Example GmbH", "email": "kim@example.com"}
DAY = date(2026, 3, 10)
KIM, LEE, BOB = "kim@example.com", "lee@example.com", "bob@example.org"


@pytest.fixture(scope="module")
def book() -> signature_rules.Book:
    return signature_rules.read(EXAMPLES / "rules.toml", EXAMPLES / "signatures")


def test_each_audience_gets_its_copy_with_the_same_header(
    book: signature_rules.Book,
) -> None:
    inside, outside = book.copies(RAW, KIM, (LEE, BOB), PERSON, DAY)
    assert (inside.recipients, inside.outcome, inside.signed) == ((LEE,), "corporate", True)
    assert (outside.recipients, outside.outcome, outside.signed) == (
        (BOB,),
        "campaign",
        True,
    )
    for copy in (inside, outside):
        assert b"Kim Example" in copy.octets
        assert (
            RAW.partition(b"\r\n\r\n")[0].splitlines()[:3] == copy.octets.splitlines()[1:4]
        )


@pytest.mark.parametrize(
    ("raw", "sender", "to", "day", "outcomes"),
    [
        (RAW, "scanner@example.com", (BOB,), DAY, ["leave"]),
        (REPLY, KIM, (LEE,), DAY, ["none"]),
        (RAW, KIM, (BOB,), date(2027, 1, 1), ["corporate"]),
        (RAW, "ann@example.com", (LEE, BOB), DAY, ["corporate"]),
    ],
    ids=["left-alone", "reply-inside", "campaign-over", "one-copy"],
)
def test_outcomes(
    book: signature_rules.Book,
    raw: bytes,
    sender: str,
    to: tuple[str, ...],
    day: date,
    outcomes: list[str],
) -> None:
    copies = book.copies(raw, sender, to, PERSON, day)
    assert [copy.outcome for copy in copies] == outcomes
    if outcomes == ["leave"]:
        assert copies[0].octets == raw


def test_the_command_tells_each_copy_and_writes_it(tmp_path: Path) -> None:
    command = [
        *(sys.executable, str(EXAMPLES / "signature_rules.py"), "--sender", KIM),
        *("--recipient", LEE, "--recipient", BOB, "--on", "2026-03-10"),
        *("--out", str(tmp_path)),
    ]
    done = subprocess.run(command, input=RAW, capture_output=True, timeout=60, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["outcome"] for row in told] == ["corporate", "campaign"]
    assert len(list(tmp_path.glob("*.eml"))) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[[rules]]\noutcome = 'x'\ncolour = 'red'\n",
            "rule 1: no key is called 'colour'",
        ),
        (
            "[[rules]]\noutcom = 'x'\n",
            "rule 1: no key is called 'outcom' (did you mean 'outcome'?)",
        ),
        (
            "[groups]\nsales = []\n[[rules]]\noutcome = 'x'\ngroups = ['sale']\n",
            "rule 1: no group is called 'sale' (did you mean 'sales'?)",
        ),
        (
            "[[rules]]\noutcome = 'x'\n[[rules]]\n",
            "rule 2: outcome is missing",
        ),
        ("rules = [\n", "Invalid value (at end of document)"),
        (
            "[[rules]]\noutcome = ''\n",
            "rule 1: Rule.outcome must be a signature's name, 'none' or 'leave', got ''",
        ),
        ("rule = 1\n", "unknown keys: rule"),
    ],
    ids=[
        "unknown-condition",
        "misspelt-outcome",
        "unknown-group",
        "outcome-missing",
        "no-toml",
        "no-outcome",
        "unknown-key",
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MailsigError) as caught:
        signature_rules.read(path, EXAMPLES / "signatures")
    assert str(caught.value) == f"rules.toml: {message}"


def test_the_command_ends_with_66_for_an_unreadable_file(tmp_path: Path) -> None:
    arguments = ["--rules", str(tmp_path / "none"), "--sender", KIM, "--recipient", BOB]
    assert signature_rules.main(arguments) == 66


@pytest.mark.parametrize(
    ("sender", "recipient"),
    [("kim", BOB), (KIM, "bob"), (KIM, "@example.org"), (KIM, "b@")],
)
def test_what_is_no_address_is_a_wrong_argument(
    sender: str, recipient: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="64"):
        signature_rules.main(["--sender", sender, "--recipient", recipient])
    assert "must be an address, got" in capsys.readouterr().err


def test_the_persons_file_is_named_where_it_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "me.toml").write_text("name = ")
    arguments = ["--person", str(tmp_path / "me.toml"), "--sender", KIM, "--recipient", BOB]
    assert signature_rules.main(arguments) == 66
    assert capsys.readouterr().err.startswith("me.toml: Invalid value")


def test_a_signature_that_the_person_leaves_empty_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "me.toml").touch()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RAW)))
    arguments = ["--person", str(tmp_path / "me.toml"), "--sender", KIM, "--recipient", BOB]
    assert signature_rules.main(arguments) == 66
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_that_copies_cannot_go_to_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RAW)))
    (tmp_path / "file").touch()
    arguments = ["--out", str(tmp_path / "file"), "--sender", KIM, "--recipient", BOB]
    assert signature_rules.main(arguments) == 74
    said = capsys.readouterr().err
    assert str(tmp_path / "file") in said
    assert said.count("\n") == 1


WRONG_TYPES = {
    "internal": ('internal = "example.com"', "internal must be a list of texts, got "),
    "group": (
        '[groups]\nsales = "kim@example.com"',
        "groups.sales must be a list of texts",
    ),
    "group of numbers": ("[groups]\nsales = [5]", "groups.sales must be a list of texts"),
    "groups": ('groups = "x"', "groups must be a table, got 'x'"),
    "rules": ("rules = 5", "rule 1 must be a table, got 5"),
}


@pytest.mark.parametrize(("text", "fault"), WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_value_of_another_type_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    """A text where a list belongs would be taken for the list of its letters."""
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(MailsigError, match=r"rules\.toml: ") as caught:
        signature_rules.read(file, EXAMPLES / "signatures")
    assert fault in str(caught.value)
