"""The README: its code runs, its shell lines run, its tables name what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailsig import Options, SkipReason

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
SET_UP = [line for line in SHELL if "pip install" in line]
OTHER = [line for line in SHELL if "pip install" not in line]


def test_every_python_block_runs_and_prints_what_its_comments_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names: dict[str, Any] = {}
    for block in PYTHON:
        exec(compile(block, "README.md", "exec"), names)
        printed = [line[2:] for line in block.splitlines() if line.startswith("# ")]
        shown = capsys.readouterr().out.splitlines()
        assert shown == [line for line in printed if not line.startswith("smtp.")]


@pytest.mark.parametrize("line", OTHER)
def test_every_shell_line_runs(line: str) -> None:
    command = re.sub(r"^python ", f"{sys.executable} ", line)
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_the_two_commands_set_up_all_by_themselves() -> None:
    """The checks of this project run both, as they stand there, in an empty clone."""
    assert len(SET_UP) == 2
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "readme_command 1" in run
    assert "readme_command 2" in run


def rows(heading: str) -> list[str]:
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]*?)\|", section, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`(]+)[^`]*`", cell)]


def test_the_table_of_reasons_is_complete() -> None:
    assert rows("When it does nothing") == [reason.value for reason in SkipReason]


def test_the_table_of_options_is_complete() -> None:
    assert rows("Options") == list(Options.__dataclass_fields__)


def test_every_link_to_a_file_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
