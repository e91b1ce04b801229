"""Who gets which signature, and what happens when the files change or break."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

import pytest
from relay_tools import EXAMPLES, rig
from signing_arguments import UnreadableSignatureError

pytest.importorskip("jinja2", reason="Jinja2 is not installed")
from signature_choice import SignatureChoice

from mailsig.templates import SignatureTemplate

PEOPLE = """address,signature,name,phone
robin@example.com,big,Robin,1
Kim@Example.com,small,Kim,2
none@example.com,none,,
*@example.org,small,Somebody,
*,big,Default,
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("big", "small"):
        (tmp_path / "signatures" / name).mkdir(parents=True)
        (tmp_path / "signatures" / name / "signature.html").write_text(
            f"<p>{name} {{{{ name }}}} {{{{ phone }}}}</p>"
        )
    picture = tmp_path / "signatures" / "photo" / "images" / "a.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"x")
    (picture.parent.parent / "signature.html").write_text(
        '<p>Me</p>{% if photo %}<img src="cid:{{ photo }}" alt="">{% endif %}'
    )
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE)
    return tmp_path / "signatures", people


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (b"robin@example.com", "big Robin 1"),
        (b"ROBIN@EXAMPLE.COM", "big Robin 1"),
        (b"kim@example.com", "small Kim 2"),
        (b"none@example.com", None),
        (b"who@example.org", "small Somebody"),
        (b"who@elsewhere.org", "big Default"),
        (b"", "big Default"),
        (b"\xff@example.org", "small Somebody"),
    ],
)
def test_address_then_domain_then_default_counts(
    files: tuple[Path, Path], sender: bytes, text: str | None
) -> None:
    signature = SignatureChoice(*files).choose(sender)
    assert (signature.text.strip() if signature else None) == text


def test_without_a_default_a_stranger_has_none(files: tuple[Path, Path]) -> None:
    files[1].write_text("address,signature,name\na@x.org,big,Ann\n")
    assert SignatureChoice(*files).choose(b"b@x.org") is None


def test_row_without_a_signature_may_leave_out_its_fields(files: tuple[Path, Path]) -> None:
    files[1].write_text("address,signature,name,phone\na@x.org,big,Ann,1\n*,none\n")
    choice = SignatureChoice(*files)
    assert choice.choose(b"a@x.org") is not None
    assert choice.choose(b"b@x.org") is None


def test_signature_is_made_once(files: tuple[Path, Path]) -> None:
    choice = SignatureChoice(*files)
    assert choice.choose(b"robin@example.com") is choice.choose(b"Robin@example.com")


def test_changed_files_are_read_again(files: tuple[Path, Path]) -> None:
    choice = SignatureChoice(*files)
    files[1].write_text(PEOPLE.replace("Robin", "Robin the Second"))
    choice.refresh()
    signature = choice.choose(b"robin@example.com")
    assert signature is not None
    assert "Robin the Second" in signature.text
    (files[0] / "big" / "signature.html").write_text("<p>new {{ name }}</p>")
    choice.refresh()
    signature = choice.choose(b"robin@example.com")
    assert signature is not None
    assert signature.text.strip() == "new Robin the Second"


COLUMNS = "address,signature,name,phone\n"
BROKEN = {
    "no such signature": (
        PEOPLE + "x@example.com,missing,,\n",
        "people.csv:7: x@example.com: no signature in signatures is named 'missing'",
    ),
    "path as signature": (
        PEOPLE + "x@example.com,../signatures/big,,\n",
        "people.csv:7: x@example.com: no signature in signatures is named "
        "'../signatures/big'",
    ),
    "given twice": (
        PEOPLE + "ROBIN@example.com,big,X,\n",
        "people.csv:7: robin@example.com: given twice",
    ),
    "no address": (PEOPLE + ",big,X,\n", "people.csv:7: address is missing"),
    "domain without star": (
        PEOPLE + "@example.com,big,X,\n",
        "people.csv:7: @example.com: no address "
        "(a whole domain is *@example.com, all others are *)",
    ),
    "name as address": (
        PEOPLE + "jo,big,X,\n",
        "people.csv:7: jo: no address (a whole domain is *@example.com, all others are *)",
    ),
    "name and address": (
        PEOPLE + "Jo <jo@example.com>,big,X,\n",
        "people.csv:7: jo <jo@example.com>: no address "
        "(a whole domain is *@example.com, all others are *)",
    ),
    "no signature": (
        PEOPLE + "x@example.com,,,\n",
        "people.csv:7: x@example.com: signature is missing (or none)",
    ),
    "too few values": (
        PEOPLE + "x@example.com,big\n",
        "people.csv:7: more or fewer values than columns",
    ),
    "address alone": (
        PEOPLE + "x@example.com\n",
        "people.csv:7: more or fewer values than columns",
    ),
    "too many values": (
        PEOPLE + "x@example.com,big,,,,\n",
        "people.csv:7: more or fewer values than columns",
    ),
    "row of no value": (
        PEOPLE + "x@example.com,small,,\n",
        "people.csv:7: x@example.com: small: "
        "html must show something: it has neither text nor an image",
    ),
    "default of no value": (
        "address,signature,nmae\n*,small,Kim\n",
        "people.csv:2: *: small: html must show something: it has neither text nor an "
        "image; people.csv: no signature in use has the field 'nmae' "
        "(did you mean 'name'?)",
    ),
    "photo that is not there": (
        "address,signature,photo\n*,photo,\na@x.org,photo,a.png\nb@x.org,photo,b.png\n",
        "people.csv:4: b@x.org: photo: html refers to cid:b.png, but no image has that name",
    ),
    "column missing": (
        "address,name\nx@example.com,X\n",
        "people.csv: no column signature, the first line has: address, name",
    ),
    "column given twice": (
        "address,signature,name,Name\n*,big,Robin,Kim\n",
        "people.csv: column name is given twice",
    ),
    "folder above": (
        "address,signature\n*,..\n",
        "people.csv:2: *: no signature in signatures is named '..'",
    ),
    "open quote": (
        PEOPLE + '"x@example.com,big,,\n*@example.net,big,X,\n',
        "people.csv:7: unexpected end of data",
    ),
    "not UTF-8": (
        (PEOPLE + "x@example.com,big,J\u00f6,\n").encode("latin-1"),
        "people.csv: not UTF-8, save it as CSV UTF-8",
    ),
    "empty": ("", "people.csv: no column address, the first line has: "),
    "no address behind none": (
        "signature,address\nnone\n",
        "people.csv:2: address is missing",
    ),
    "endless name of a signature": (
        COLUMNS + f"x@example.com,{'a' * 300},,\n",
        f"[Errno 36] File name too long: 'signatures/{'a' * 300}'",
    ),
}


def test_rows_that_a_spreadsheet_leaves_blank_are_passed_over(
    files: tuple[Path, Path],
) -> None:
    files[1].write_bytes(
        b"\xef\xbb\xbfaddress;signature;name;phone\r\n;;;\r\n"
        b'a@x.org;big;"Ann; ""A"" B";1\r\n;; ;;;\r\n;;;\r\n'
    )
    signature = SignatureChoice(*files).choose(b"A@x.org")
    assert signature is not None
    assert signature.text.strip() == 'big Ann; "A" B 1'


def test_byte_order_mark_of_an_editor_is_no_part_of_a_signature(
    files: tuple[Path, Path],
) -> None:
    for name in ("signature.html", "signature.txt"):
        (files[0] / "big" / name).write_text("<p>{{ name }}</p>", "utf-8-sig")
    signature = SignatureChoice(*files).choose(b"robin@example.com")
    assert signature is not None
    assert "\ufeff" not in signature.html + signature.text


def test_change_behind_a_symbolic_link_is_seen(files: tuple[Path, Path]) -> None:
    elsewhere = files[0].parent / "elsewhere"
    (files[0] / "big").rename(elsewhere)
    (files[0] / "big").symlink_to(elsewhere)
    choice = SignatureChoice(*files)
    (elsewhere / "signature.html").write_text("<p>new {{ name }}</p>")
    choice.refresh()
    signature = choice.choose(b"robin@example.com")
    assert signature is not None
    assert signature.text.strip() == "new Robin"


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_file_is_refused_at_the_start_and_later_the_last_good_stays(
    files: tuple[Path, Path],
    text: str | bytes,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(files[1].parent)
    files = (Path("signatures"), Path("people.csv"))
    choice = SignatureChoice(*files)
    files[1].write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UnreadableSignatureError) as caught:
        SignatureChoice(*files)
    assert str(caught.value) == says
    choice.refresh()
    said = json.loads(capsys.readouterr().err)
    assert said["kept"] == "the last good ones"
    assert said["error"] == says
    assert choice.choose(b"robin@example.com") is not None
    choice.refresh()
    assert capsys.readouterr().err == "", "said once"
    files[1].write_text(PEOPLE)
    choice.refresh()
    said = json.loads(capsys.readouterr().err)
    assert abs(time.time() - said.pop("time")) < 60
    assert said == {"event": "people", "rows": 5}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ('address,"signature', "people.csv:1: unexpected end of data"),
        (None, "people.csv: No such file or directory"),
    ],
    ids=["open quote in the first line", "no file"],
)
def test_file_is_named_once(
    files: tuple[Path, Path],
    source: str | None,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(files[1].parent)
    files[1].unlink()
    if source is not None:
        files[1].write_text(source)
    with pytest.raises(UnreadableSignatureError) as caught:
        SignatureChoice(files[0], Path("people.csv"))
    assert str(caught.value) == says


def test_log_that_nobody_takes_costs_no_message(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = SignatureChoice(*files)
    files[1].write_text("broken")
    with open("/dev/full", "w") as full:
        monkeypatch.setattr("sys.stderr", full)
        choice.refresh()
        files[1].write_text(PEOPLE)
        choice.refresh()
        assert choice.choose(b"robin@example.com") is not None
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()


def test_folder_that_is_not_there_is_named(files: tuple[Path, Path]) -> None:
    with pytest.raises(UnreadableSignatureError, match=r"^there is no folder nowhere$"):
        SignatureChoice(Path("nowhere"), files[1])


def test_row_that_breaks_in_spite_of_the_check_has_no_signature_and_says_why_once(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    template = "<p>{% if name != 'Kim' %}{{ name }}{% endif %}</p>"
    (files[0] / "small" / "signature.html").write_text(template)
    files[1].write_text(COLUMNS + "a@x.org,small,Ann,\nkim@x.org,small,Kim,\n")
    choice = SignatureChoice(*files)
    assert choice.choose(b"kim@x.org") is None
    assert choice.choose(b"kim@x.org") is None
    assert choice.choose(b"a@x.org") is not None
    said = json.loads(capsys.readouterr().err)
    assert said["kept"] == "no signature"
    assert said["error"].startswith(f"{files[1]}:3: kim@x.org: small: html must show")


@pytest.mark.parametrize(
    "text",
    [
        "Address,SIGNATURE, Name ,phone\na@x.org,small,J\u00f6,1\n",
        "address;signature;name;phone\na@x.org;small;J\u00f6;1\n",
        "address\tsignature\tname\tphone\na@x.org\tsmall\tJ\u00f6\t1\n",
        "\ufeffaddress;signature;name;phone\r\na@x.org;small;J\u00f6;1\r\n",
    ],
    ids=["capitals", "semicolons", "tabs", "as Excel writes it"],
)
def test_file_is_read_as_spreadsheets_write_it(files: tuple[Path, Path], text: str) -> None:
    files[1].write_text(text, encoding="utf-8")
    signature = SignatureChoice(*files).choose(b"a@x.org")
    assert signature is not None
    assert signature.text.strip() == "small J\u00f6 1"


def test_column_of_ones_own_is_a_field(files: tuple[Path, Path]) -> None:
    (files[0] / "small" / "signature.html").write_text("<p>{{ abteilung }}</p>")
    files[1].write_text("address,signature,Abteilung\na@x.org,small,Einkauf\n")
    signature = SignatureChoice(*files).choose(b"a@x.org")
    assert signature is not None
    assert signature.text.strip() == "Einkauf"


def test_column_that_nothing_uses_is_warned_of(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    choice = SignatureChoice(*files)
    assert capsys.readouterr().err == ""
    files[1].write_text("address,signature,name,email,titel,Cost centre,\n*,big,X,,,,\n")
    choice.refresh()
    SignatureChoice(*files)
    warnings = [
        f"{files[1]}: no signature in use has the field 'cost centre'",
        f"{files[1]}: no signature in use has the field 'titel' (did you mean 'title'?)",
    ]
    for line in capsys.readouterr().err.splitlines():
        assert json.loads(line)["warnings"] == warnings


def test_thousands_of_rows_are_checked_by_their_kinds(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = []
    whole = SignatureTemplate.render
    monkeypatch.setattr(
        SignatureTemplate,
        "render",
        lambda self, row: rendered.append(row) or whole(self, row),
    )
    rows = (f"a{n}@x.org,small,Ann {n},{n % 2 or ''}\n" for n in range(2000))
    files[1].write_text(COLUMNS + "".join(rows))
    SignatureChoice(*files)
    assert len(rendered) == 2


@pytest.mark.parametrize("template", ["<p>{{ no_such_field }}</p>", "<p>{{ name", b"\xff"])
def test_broken_template_keeps_the_last_good_one(
    files: tuple[Path, Path], template: str | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    choice = SignatureChoice(*files)
    path = files[0] / "big" / "signature.html"
    path.write_bytes(template if isinstance(template, bytes) else template.encode())
    choice.refresh()
    assert "error" in json.loads(capsys.readouterr().err)
    assert choice.choose(b"robin@example.com") is not None


def test_missing_file_keeps_the_last_good_one(files: tuple[Path, Path]) -> None:
    choice = SignatureChoice(*files)
    files[1].unlink()
    choice.refresh()
    assert choice.choose(b"robin@example.com") is not None


def test_shipped_people_and_signatures_fit_together() -> None:
    choice = SignatureChoice(EXAMPLES / "signatures", EXAMPLES / "people.csv")
    assert choice.choose(b"robin@example.com") is not None
    assert choice.choose(b"kim@example.com") is not None
    assert choice.choose(b"newsletter@example.com") is None
    assert choice.choose(b"x@example.net") is None


def test_relay_signs_by_sender(files: tuple[Path, Path]) -> None:
    from relay_values import SigningPolicy

    import mailsig

    choose = SignatureChoice(*files).choose
    with rig(policy=lambda hop: SigningPolicy(hop, choose, mailsig.Options())) as running:
        client = running.client()
        for sender in (b"<robin@example.com>", b"<none@example.com>", b"<>"):
            client.deliver(b"Subject: x\r\n\r\nHello\r\n", sender=sender)
        contents = [taken.content for taken in running.sink.taken]
        assert b"big Robin 1" in contents[0]
        assert contents[1].endswith(b"\r\n\r\nHello\r\n")
        assert b"big Default" in contents[2]
