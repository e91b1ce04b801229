"""Who gets which signature, and what happens when the files change or break."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from relay_tools import EXAMPLES, rig
from signing_arguments import UnreadableSignatureError

pytest.importorskip("jinja2", reason="Jinja2 is not installed")
from signature_choice import SignatureChoice

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
    files[1].write_text("address,signature\na@x.org,big\n")
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


BROKEN = {
    "no such signature": PEOPLE + "x@example.com,missing,,\n",
    "path as signature": PEOPLE + "x@example.com,../signatures/big,,\n",
    "given twice": PEOPLE + "ROBIN@example.com,big,,\n",
    "no address": PEOPLE + ",big,,\n",
    "no signature": PEOPLE + "x@example.com,,,\n",
    "too few values": PEOPLE + "x@example.com,big\n",
    "address alone": PEOPLE + "x@example.com\n",
    "too many values": PEOPLE + "x@example.com,big,,,,\n",
    "columns missing": "address,name\nx@example.com,X\n",
    "open quote": PEOPLE + '"x@example.com,big',
    "empty": "",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_broken_file_is_refused_at_the_start_and_later_the_last_good_stays(
    files: tuple[Path, Path], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    choice = SignatureChoice(*files)
    files[1].write_text(text)
    with pytest.raises(UnreadableSignatureError):
        SignatureChoice(*files)
    choice.refresh()
    said = json.loads(capsys.readouterr().err)
    assert said["kept"] == "the last good ones"
    assert str(files[0].parent) in said["error"]
    assert choice.choose(b"robin@example.com") is not None
    choice.refresh()
    assert capsys.readouterr().err == "", "said once"
    files[1].write_text(PEOPLE)
    choice.refresh()
    said = json.loads(capsys.readouterr().err)
    assert abs(time.time() - said.pop("time")) < 60
    assert said == {"event": "people", "rows": 5}


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
