"""Drives an installed Chromium without a window: open a page, ask it, take its picture.

Speaks the DevTools protocol over a pipe, so that no port is opened and only the standard
library is needed. POSIX only. Nothing is loaded from the network by the browser itself:
it runs with a new, empty profile and without its background services.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def find() -> str | None:
    """Return the path of an installed Chromium or Chrome, ``None`` if there is none."""
    if os.name != "posix":
        return None
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


# The protocol wants its pipes as descriptors 3 and 4.
_START = """
import os, sys
for given, wanted in zip(map(int, sys.argv[1:3]), (3, 4)):
    os.dup2(given, wanted)
    os.close(given)
os.execv(sys.argv[3], sys.argv[3:])
"""


def _pipe_above_4() -> tuple[int, int]:
    import fcntl  # POSIX has it; the rest must import this module to learn it can't run

    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


class BrowserError(RuntimeError):
    """The browser didn't start, didn't answer in time, or refused a command."""


class Chromium:
    """One running browser with one page; use it in a ``with`` statement.

    Args:
        program: What ``find`` returned.
        timeout_s: How long all of it may take.

    Attributes:
        messages: What the page wrote to the console, exceptions, and failed loads.
    """

    def __init__(self, program: str, *, timeout_s: float = 60.0) -> None:
        self.messages: list[str] = []
        self._until = time.monotonic() + timeout_s
        self._events: list[dict[str, Any]] = []
        self._buffer = b""
        self._last_id = 0
        self._session: str | None = None
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._write = _pipe_above_4()
        self._read, from_browser = _pipe_above_4()
        ends = (to_browser, from_browser)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _START,
                *map(str, ends),
                program,
                *FLAGS,
                f"--user-data-dir={self._profile.name}",
            ],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)

    def __enter__(self) -> Chromium:
        """Open an empty page."""
        try:
            self._attach()
        except BaseException:
            self.close()
            raise
        return self

    def _attach(self) -> None:
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the browser."""
        self.close()

    def close(self) -> None:
        """End the browser and remove its profile."""
        try:
            self._call("Browser.close")
            self._process.wait(10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def open(self, page: str | Path, *, width: int = 1200, height: int = 800) -> None:
        """Load a URL, or a file, and wait until all of it is there."""
        url = page.resolve().as_uri() if isinstance(page, Path) else page
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2,
            mobile=False,
        )
        self._events.clear()
        self._call("Page.navigate", url=url)
        self._wait_for("Page.loadEventFired")

    def ask(self, expression: str) -> Any:
        """Return the value of a JavaScript expression (a promise is awaited)."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    def picture(self, selector: str = "html", *, transparent: bool = False) -> bytes:
        """Return a PNG of the first element that ``selector`` finds, at double density."""
        box = self.ask(
            "(() => { const b = document.querySelector("
            f"{json.dumps(selector)}).getBoundingClientRect();"
            "return {x: b.x + scrollX, y: b.y + scrollY, width: b.width, height: b.height,"
            " scale: 1}; })()"
        )
        color = {"r": 0, "g": 0, "b": 0, "a": 0} if transparent else None
        if color:
            self._call("Emulation.setDefaultBackgroundColorOverride", color=color)
        answer = self._call(
            "Page.captureScreenshot", format="png", clip=box, captureBeyondViewport=True
        )
        return base64.b64decode(answer["data"])

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._last_id += 1
        call: dict[str, Any] = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            call["sessionId"] = self._session
        try:
            os.write(self._write, json.dumps(call).encode() + b"\0")
        except BrokenPipeError:
            raise BrowserError("the browser ended") from None
        while (answer := self._receive()).get("id") != self._last_id:
            pass
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        return result

    def _wait_for(self, event: str) -> None:
        while not any(each.get("method") == event for each in self._events):
            self._receive()

    def _receive(self) -> dict[str, Any]:
        """Return the next message; events are noted on the way."""
        while b"\0" not in self._buffer:
            left_s = max(0, self._until - time.monotonic())
            ready, _, _ = select.select([self._read], [], [], left_s)
            octets = os.read(self._read, 1 << 16) if ready else b""
            if not octets:
                raise BrowserError("the browser ended" if ready else "no answer in time")
            self._buffer += octets
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        if "method" in message:
            self._events.append(message)
            self._note(message["method"], message.get("params", {}))
        return message

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.consoleAPICalled":
            self.messages.append(f"console.{params['type']}: {params['args']}")
        elif method == "Runtime.exceptionThrown":
            self.messages.append(f"exception: {params['exceptionDetails'].get('text')}")
        elif method == "Log.entryAdded":
            entry = params["entry"]
            self.messages.append(
                f"{entry['level']}: {entry['text']} {entry.get('url', '')}"
            )
        elif method == "Network.loadingFailed":
            self.messages.append(f"not loaded: {params.get('errorText')}")
