"""The two guides: their code runs and prints what they say, their shell lines run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
GUIDES = ("ADMINISTRATORS.md", "DEVELOPERS.md")

pytest.importorskip("jinja2", reason="Jinja2 is not installed")


def blocks(guide: str, language: str) -> list[str]:
    source = (EXAMPLES / guide).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", source, re.MULTILINE | re.DOTALL)


def test_every_block_is_of_a_language_that_is_tested() -> None:
    for guide in GUIDES:
        source = (EXAMPLES / guide).read_text(encoding="utf-8")
        fences = re.findall(r"^```(\w*)", source, re.MULTILINE)
        assert set(fences) <= {"python", "sh", ""}
        assert len(fences) == 2 * sum(len(blocks(guide, each)) for each in ("python", "sh"))


def test_python_blocks_run_and_print_what_their_comments_say(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(EXAMPLES))
    names: dict[str, Any] = {}
    found = blocks("DEVELOPERS.md", "python")
    assert len(found) > 5
    for block in found:
        exec(compile(block, "DEVELOPERS.md", "exec"), names)
        printed = [line[2:] for line in block.splitlines() if line.startswith("#")]
        assert capsys.readouterr().out.splitlines() == printed


@pytest.mark.parametrize("guide", GUIDES)
def test_shell_lines_run_in_order_in_a_checkout(
    guide: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "checkout"
    skipped = shutil.ignore_patterns("__pycache__")
    for folder in ("examples", "mailsig"):
        shutil.copytree(ROOT / folder, checkout / folder, ignore=skipped)
    lines = [line for block in blocks(guide, "sh") for line in block.splitlines()]
    assert len(lines) > 2
    for line in lines:
        if line == ". .venv/bin/activate":
            continue
        command = re.sub(r"^python ", f"{sys.executable} ", line)
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=checkout,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr.decode()}"
    if guide == "ADMINISTRATORS.md":
        page = (checkout / "preview.html").read_text(encoding="utf-8")
        assert "Example Ltd" in page
        monkeypatch.syspath_prepend(str(EXAMPLES))
        assert is_signed_for(checkout / "my/people.kept.csv", b"jo@example.com")
        assert not is_signed_for(checkout / "my/people.csv", b"jo@example.com")


def test_shell_lines_are_those_of_every_system() -> None:
    for guide in GUIDES:
        for block in blocks(guide, "sh"):
            assert "sed -i" not in block, "BSD's wants another argument"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_emergency_stop_stops_whatever_divides_the_columns(
    delimiter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    (tmp_path / "my").mkdir()
    (tmp_path / "my/signatures").symlink_to(EXAMPLES / "signatures")
    rows = "address,signature,name\r\njo@example.com,corporate,Jo\r\n"
    people = tmp_path / "my/people.csv"
    people.write_bytes(rows.replace(",", delimiter).encode("utf-8-sig"))
    assert is_signed_for(people, b"jo@example.com")
    stop = blocks("ADMINISTRATORS.md", "sh")[-1]
    subprocess.run(["sh", "-ec", stop], cwd=tmp_path, timeout=20, check=True)
    assert not is_signed_for(people, b"jo@example.com")
    assert is_signed_for(tmp_path / "my/people.kept.csv", b"jo@example.com")


def is_signed_for(people: Path, sender: bytes) -> bool:
    from signature_choice import SignatureChoice

    choice = SignatureChoice(people.parent / "signatures", people)
    return choice.choose(sender) is not None


@pytest.mark.parametrize("guide", GUIDES)
def test_every_link_leads_somewhere(guide: str) -> None:
    source = (EXAMPLES / guide).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)\)", source)
    assert targets
    for target in targets:
        assert (EXAMPLES / target).exists(), target


def test_the_administrators_fields_are_those_of_the_directory() -> None:
    from mailsig.templates import DIRECTORY_FIELDS

    source = (EXAMPLES / "ADMINISTRATORS.md").read_text(encoding="utf-8")
    named = re.search(r"Those there are: `([^`]+)`", source)
    assert named is not None
    assert tuple(named[1].split()) == DIRECTORY_FIELDS
