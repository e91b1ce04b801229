"""A private Postfix with all the ways to sign, as the shipped fragments say, for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from relay_tools import EXAMPLES, Loop, Sink, free_port

sys.path.insert(0, str(EXAMPLES / "postfix"))

from private_postfix import PrivatePostfix, filled, search_path, settings

REFUSED = b"<refused@example.org>"


def missing() -> str | None:
    """Return why no Postfix can be started here, or None."""
    if os.geteuid() != 0:
        return "only root can start a Postfix"
    if shutil.which("postfix", path=search_path()) is None:
        return "Postfix is not installed (apt-get install postfix)"
    return None


@dataclass
class Ports:
    """Where everything listens."""

    plain: int = field(default_factory=free_port)
    milter_in: int = field(default_factory=free_port)
    filter_in: int = field(default_factory=free_port)
    proxy_in: int = field(default_factory=free_port)
    pipe_in: int = field(default_factory=free_port)
    back: int = field(default_factory=free_port)
    relay: int = field(default_factory=free_port)
    milter: int = field(default_factory=free_port)


@dataclass
class Lab:
    """A Postfix, and the sink where all its mail ends."""

    loop: Loop
    sink: Sink
    postfix: PrivatePostfix
    ports: Ports


@contextmanager
def lab(wrapper: str = "/bin/false") -> Iterator[Lab]:
    """Run a Postfix with a port for each way to sign; all mail ends in a sink."""
    loop, ports = Loop(), Ports()
    sink = Sink(extensions=("SIZE 200000000", "8BITMIME", "SMTPUTF8", "PIPELINING", "DSN"))
    loop.run(sink.start())
    postfix = PrivatePostfix(
        f"[127.0.0.1]:{sink.port}",
        master=services(ports, wrapper),
        # A killed smtpd makes the master wait a minute before it starts another.
        main={"sigpipe_destination_recipient_limit": "1", "service_throttle_time": "1s"},
    )
    try:
        postfix.start(ports.plain, ports.back)
        yield Lab(loop, sink, postfix, ports)
    finally:
        postfix.stop()
        loop.call(sink.stop)
        loop.close()


def services(ports: Ports, wrapper: str) -> str:
    """Return the services of master.cf: one port for each way to sign."""
    milter = settings(filled("milter.cf", MILTER=ports.milter))
    options = "".join(f"  -o {name}={value}\n" for name, value in milter.items())
    common = {"BACK": ports.back, "RELAY": ports.relay}
    access = f"check_recipient_access inline:{{{REFUSED.decode().strip('<>')}=REJECT}}"
    after_queue = filled("content-filter.cf", PORT=ports.filter_in, **common).replace(
        "-o smtpd_recipient_restrictions=",
        f"-o {{ smtpd_recipient_restrictions = {access} }}",
    )
    return (
        f"127.0.0.1:{ports.plain} inet n - n - 50 smtpd\n"
        f"127.0.0.1:{ports.milter_in} inet n - n - 50 smtpd\n{options}"
        + after_queue
        + filled("before-queue.cf", PORT=ports.proxy_in, **common)
        + filled("pipe.cf", PORT=ports.pipe_in, USER="nobody", WRAPPER=wrapper, **common)
    )


def python_for_nobody() -> tuple[str, Path] | None:
    """Return a Python that the user nobody may run and the packages it needs, or None."""
    import html5lib

    packages = Path(html5lib.__file__).resolve().parent.parent
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run(
                [
                    python,
                    "-c",
                    "import sys, bs4, html5lib, lxml.etree; sys.exit(sys.version_info < (3, 11))",
                ],
                user="nobody",
                env={"PYTHONPATH": str(packages)},
                cwd="/",
                capture_output=True,
                timeout=30,
                check=False,
            )
        except OSError:
            continue
        readable = subprocess.run(
            ["/usr/bin/test", "-r", EXAMPLES / "smtp_relay.py"], user="nobody", check=False
        )
        if done.returncode == 0 and readable.returncode == 0:
            return python, packages
    return None


@contextmanager
def environment_for_nobody() -> Iterator[str]:
    """Make a virtual environment that the user nobody may run; its Python has all."""
    found = python_for_nobody()
    assert found is not None
    python, packages = found
    with tempfile.TemporaryDirectory(prefix="python-for-nobody-", dir="/tmp") as folder:
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
        Path(folder).chmod(0o755)
        site = next(Path(folder).glob("lib/python*/site-packages"))
        (site / "packages.pth").write_text(f"{packages}\n")
        yield f"{folder}/bin/python"
