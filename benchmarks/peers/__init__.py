"""The footer functions of other mail software, each driven from a process of its own.

A driver reads lines ``infile TAB outfile TAB repetitions`` and answers each with a JSON
list, the nanoseconds of processor time of each repetition. The input and the output lie on
a memory file system where there is one. Nothing listens on the network, and no driver
outlives the run. What isn't installed is reported as missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.signing import FOOTER_HTML, FOOTER_TEXT
from benchmarks.systems import children_ns

HERE = Path(__file__).parent
_TIMEOUT = 600.0


class PeerError(RuntimeError):
    """A peer failed on this message; the run goes on without that row."""


@dataclass
class Peer:
    """One driver process, started when first used."""

    name: str
    note: str
    command: list[str]
    folder: Path
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def load(self, raw: bytes) -> None:
        (self.folder / "in.eml").write_bytes(raw)

    def times(self, repetitions: int) -> list[float]:
        source, target = self.folder / "in.eml", self.folder / "out.eml"
        line = self._ask(f"{source}\t{target}\t{repetitions}\n")
        return [float(each) for each in json.loads(line)]

    def output(self) -> bytes:
        (self.folder / "out.eml").unlink(missing_ok=True)
        self.times(1)
        return (self.folder / "out.eml").read_bytes()

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()
            self.process = None

    def _ask(self, line: str) -> str:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self.process.communicate()
            self.process = None
            raise PeerError(f"{self.name}: the driver ended without an answer")
        return answer


@dataclass
class AlterMime(Peer):
    """The program as a whole: the start of the process is part of its time."""

    def times(self, repetitions: int) -> list[float]:
        target = self.folder / "out.eml"
        found = []
        for _ in range(repetitions):
            # The copy, which the program edits in place, isn't in the time.
            shutil.copyfile(self.folder / "in.eml", target)
            start = children_ns()
            run = subprocess.run(
                self.command, check=False, stdout=subprocess.DEVNULL, timeout=_TIMEOUT
            )
            found.append(float(children_ns() - start))
            if run.returncode:
                raise PeerError(f"{self.name}: exit {run.returncode}")
        return found


def _footers(folder: Path) -> tuple[Path, Path]:
    text, html = folder / "footer.txt", folder / "footer.html"
    text.write_text(FOOTER_TEXT)
    html.write_text(FOOTER_HTML)
    return text, html


def _altermime(folder: Path) -> Peer | str:
    program = shutil.which("altermime")
    if program is None:
        return "altermime is not on the PATH (Debian: apt install altermime)"
    text, html = _footers(folder)
    command = [
        program,
        f"--input={folder / 'out.eml'}",
        f"--disclaimer={text}",
        f"--disclaimer-html={html}",
        "--force-into-b64",
        "--force-for-bad-html",
    ]
    return AlterMime(
        "alterMIME", "C, whole process, edits the file in place", command, folder
    )


def _mimedefang(folder: Path) -> Peer | str:
    perl = shutil.which("perl")
    modules = ["-MMail::MIMEDefang::MIME", "-MHTML::Parser", "-MJSON::PP", "-MTime::HiRes"]
    if perl is None or subprocess.run([perl, *modules, "-e1"], stderr=-3).returncode:
        return "no Mail::MIMEDefang for perl (Debian: apt install mimedefang)"
    command = [perl, str(HERE / "mimedefang.pl"), *map(str, _footers(folder))]
    return Peer("MIMEDefang", "Perl, append_*_boilerplate; no milter", command, folder)


def _rspamd(folder: Path) -> Peer | str:
    program = shutil.which("rspamadm")
    if program is None:
        return "rspamadm is not on the PATH (Debian: apt install rspamd)"
    command = [program, "lua", "-b", "-s", str(HERE / "rspamd.lua")]
    # rspamadm wants its arguments in one option each.
    for path in _footers(folder):
        command += ["-a", str(path)]
    return Peer(
        "rspamd", "C and Lua, add_text_footer with its message parser", command, folder
    )


def _mailman(folder: Path) -> Peer | str:
    choices = [
        os.environ.get("BENCHMARK_MAILMAN_PYTHON"),
        sys.executable,
        "/usr/bin/python3",
    ]
    for python in filter(None, choices):
        probe = [python, "-c", "import mailman.handlers.decorate"]
        if shutil.which(python) and not subprocess.run(probe, stderr=-3).returncode:
            command = [
                python,
                str(HERE / "mailman_decorate.py"),
                *map(str, _footers(folder)),
            ]
            note = "handlers.decorate; adds a part to any multipart, by design"
            return Peer("GNU Mailman", note, command, folder)
    return "no mailman 3 in this Python (BENCHMARK_MAILMAN_PYTHON names another)"


_FACTORIES = {
    "alterMIME": _altermime,
    "MIMEDefang": _mimedefang,
    "rspamd": _rspamd,
    "GNU Mailman": _mailman,
}


def scratch_folder() -> Path:
    """Return a new folder, in memory where the system has such a file system."""
    memory = Path("/dev/shm")
    parent = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="mailsig-benchmark-", dir=parent))


def find_peers(root: Path) -> tuple[list[Peer], dict[str, str]]:
    """Return the peers found, and for each missing one what is missing."""
    found: list[Peer] = []
    missing: dict[str, str] = {}
    for name, factory in _FACTORIES.items():
        folder = root / name.replace(" ", "")
        folder.mkdir()
        peer = factory(folder)
        if isinstance(peer, str):
            missing[name] = peer
        else:
            found.append(peer)
    return found, missing
