r"""Start a private Postfix on loopback: for the tests, and for trying things out.

    sudo .venv/bin/python examples/postfix/private_postfix.py --relayhost 127.0.0.1:2600 \
        --milter 12031 --port 2525

starts a Postfix that takes mail on port 2525, has it signed by a milter on port 12031,
and hands it to port 2600; Ctrl-C or SIGTERM stops it. With ``--relay PORT`` the relay of
``smtp_relay.py serve`` signs as an after-queue content filter, with ``--before-queue``
as a proxy before the queue; ``--pipe`` signs through pipe(8).

Needs root, as Postfix does. Nothing of the system's own Postfix is used but its programs:
configuration, queue, log and ports are its own, in one folder.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue

HERE = Path(__file__).resolve().parent
_UNAVAILABLE = 69  # EX_UNAVAILABLE of sysexits.h


def search_path() -> str:
    """Return where Postfix's programs are looked for: few logins but root's look there."""
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


class PrivatePostfix:
    """One Postfix instance in a folder of its own."""

    def __init__(
        self,
        relayhost: str,
        *,
        master: str = "",
        main: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Write the configuration.

        Args:
            relayhost: Where all mail goes in the end, as ``[host]:port``.
            master: Services added to master.cf.
            main: Parameters of main.cf, added or put in the place of ours.
            folder: Must be readable for Postfix's users; default: a new one in /tmp.
        """
        self._own = folder is None
        own = folder or tempfile.mkdtemp(prefix="private-postfix-", dir="/tmp")
        self.folder = Path(own)
        self.folder.chmod(0o755)
        self.config = self.folder / "config"
        for name in ("config", "queue", "data"):
            (self.folder / name).mkdir(exist_ok=True)
        shutil.chown(self.folder / "data", "postfix")
        # Each parameter once: every daemon warns of another in the log, and the one that
        # writes the log waits for itself once ten of them wait for it.
        text = filled("main.cf", DIR=str(self.folder), RELAYHOST=relayhost)
        values = settings(text) | dict(main or {})
        lines = [f"{name} = {value}\n" for name, value in values.items()]
        (self.config / "main.cf").write_text("".join(lines))
        (self.config / "master.cf").write_text((HERE / "master.cf").read_text() + master)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of Postfix's commands on this instance."""
        return subprocess.run(
            [words[0], "-c", str(self.config), *words[1:]],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "PATH": search_path()},
        )

    def start(self, *ports: int) -> None:
        """Start it, and wait until it listens on the ports.

        Raises:
            RuntimeError: It does not start; the text holds its log.
        """
        done = self.command("postfix", "start")
        deadline = time.monotonic() + 20
        while done.returncode == 0 and time.monotonic() < deadline:
            if all(map(_listens, ports)):
                return
            time.sleep(0.05)
        raise RuntimeError(f"Postfix did not start: {done.stderr}\n{self.log()[-2000:]}")

    def stop(self) -> None:
        """Stop it and remove its folder, if it was made here."""
        pid = self.master_pid()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.command("postfix", "stop")
        deadline = time.monotonic() + 5
        while pid and Path(f"/proc/{pid}").exists():
            if time.monotonic() > deadline:
                # It may wait for the one that writes its log, which died, and which
                # nobody else can start again.
                os.killpg(pid, signal.SIGKILL)
                break
            time.sleep(0.05)
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def master_pid(self) -> int | None:
        """Return the process id of its master, if it runs."""
        try:
            return int((self.folder / "queue/pid/master.pid").read_text())
        except (OSError, ValueError):
            return None

    def processes(self, *words: str) -> list[int]:
        """Return the master's children whose command line holds all the words."""
        master, found = self.master_pid(), []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                line = (entry / "cmdline").read_bytes().decode().split("\0")
            except (OSError, ValueError):
                continue  # it ended meanwhile
            if parent == master and all(word in line for word in words):
                found.append(int(entry.name))
        return found

    def log(self) -> str:
        """Return its log so far."""
        try:
            return (self.folder / "maillog").read_text("utf-8", "replace")
        except OSError:
            return ""

    def queued(self) -> int:
        """Return the number of messages in its queues."""
        folders = ("incoming", "active", "deferred", "maildrop", "hold")
        return sum(
            len(files)
            for name in folders
            for _, _, files in os.walk(self.folder / "queue" / name)
        )

    def flush(self) -> None:
        """Try all deferred mail now."""
        self.command("postqueue", "-f")


def filled(name: str, **values: str | int) -> str:
    """Return a file of this folder with its ``@NAMES@`` filled in."""
    text = (HERE / name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    return text


def settings(text: str) -> dict[str, str]:
    """Return the parameters of a fragment of main.cf."""
    lines = (line.partition("=") for line in text.splitlines() if line[:1] not in ("#", ""))
    return {name.strip(): value.strip() for name, _, value in lines}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run a private Postfix until Ctrl-C or SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--relayhost", required=True, metavar="HOST:PORT", help="all mail goes there")
    for name, default, about in (
        ("--port", 2525, "takes mail (default: %(default)s)"),
        ("--back", 2527, "takes mail back (default: %(default)s)"),
        ("--milter", None, "of postfix_milter.py"),
        ("--relay", None, "of smtp_relay.py serve, after the queue"),
    ):
        add(name, type=int, default=default, metavar="PORT", help=about)
    add("--before-queue", action="store_true", help="--relay stands before the queue")
    add("--pipe", action="store_true", help="smtp_relay.py pipe signs")
    args = parser.parse_args(argv)
    if os.geteuid() != 0 or shutil.which("postfix", path=search_path()) is None:
        print("needs root, and an installed Postfix", file=sys.stderr)
        return _UNAVAILABLE
    host, _, port = args.relayhost.rpartition(":")
    ports = {"PORT": args.port, "BACK": args.back, "RELAY": args.relay or 0}
    services, main_cf = f"127.0.0.1:{args.port} inet n - n - 50 smtpd\n", {}
    back = filled("content-filter.cf", **ports)
    if args.milter:
        main_cf = settings(filled("milter.cf", MILTER=args.milter))
    elif args.relay and not args.before_queue:
        services = back
    elif args.relay:
        services = filled("before-queue.cf", **ports) + _only_back(back)
    elif args.pipe:
        # pipe(8) hands no environment on.
        wrapper = f"/usr/bin/env MAILSIG_PYTHON={sys.executable} {HERE / 'pipe-wrapper'}"
        fragment = filled("pipe.cf", WRAPPER=wrapper, USER="nobody", **ports)
        services = fragment + _only_back(back)
        main_cf = {"sigpipe_destination_recipient_limit": "1"}
    used = [int(one) for one in re.findall(r"^[\d.]+:(\d+) inet", services, re.MULTILINE)]
    for taken in filter(_listens, used):
        print(f"port {taken} is taken", file=sys.stderr)
        return _UNAVAILABLE
    # Ours, since SIGINT is ignored where a script starts us in the background.
    told: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: told.put(number))
    postfix = PrivatePostfix(f"[{host}]:{port}", master=services, main=main_cf)
    try:
        postfix.start(*used)
        log = f"{postfix.folder}/maillog"
        print(f"Postfix takes mail on 127.0.0.1:{args.port}; log: {log}", flush=True)
        told.get()
    finally:
        postfix.stop()
    return 0


def _only_back(fragment: str) -> str:
    return fragment[fragment.index("# Back from the relay") :]


if __name__ == "__main__":
    sys.exit(main())
