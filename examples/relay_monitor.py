"""What a relay says about itself: JSON lines, counters, and whether it is well.

Nothing here ever holds text of a message, a header field or an address of a mailbox.
"""

from __future__ import annotations

import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TextIO

from log_lines import STANDARD, LogLines
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from signing_arguments import listening_on

logging.getLogger("mail.log").disabled = True  # aiosmtpd would log lines of the message


class _FirstLine(logging.Handler):
    """Logs what asyncio reports, as that files ran out; what it quotes stands below."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().partition("\n")[0]
        STANDARD.write(event="trouble", error="asyncio", at=said)


logging.getLogger("asyncio").addHandler(_FirstLine())
logging.getLogger("asyncio").propagate = False


class Monitor:
    """The log, the counters and the small HTTP server that shows them."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.ready = True
        self._lines = LogLines(stream) if stream else STANDARD
        self.registry = CollectorRegistry()
        self._messages = Counter(
            "mailsig_messages",
            "Messages, by what was done and by the class of the reply to the client",
            ["outcome", "reply"],
            registry=self.registry,
        )
        self._trouble = Counter(
            "mailsig_trouble", "Errors of our own", ["error"], registry=self.registry
        )
        self._seconds = Histogram(
            "mailsig_message_seconds",
            "From the dot to the reply",
            registry=self.registry,
        )
        Gauge(
            "mailsig_log_lines_dropped",
            "Lines of the log that nobody took",
            registry=self.registry,
        ).set_function(lambda: self._lines.dropped)

    def log(self, **fields: object) -> None:
        """Write one JSON line; if nobody takes it, mail flows all the same."""
        self._lines.write(**fields)

    def message(
        self, *, outcome: str, reply: int, milliseconds: float, **fields: object
    ) -> None:
        """Note what became of one message."""
        self._messages.labels(outcome, f"{reply // 100}xx").inc()
        self._seconds.observe(milliseconds / 1000)
        self.log(event="message", outcome=outcome, reply=reply, ms=milliseconds, **fields)

    def trouble(self, *, error: str, at: str, **fields: object) -> None:
        """Note an error of our own."""
        self._trouble.labels(error).inc()
        self.log(event="trouble", error=error, at=at, **fields)

    def serve(self, port: int) -> int:
        """Serve /healthz and /metrics on a loopback port; return it.

        Raises:
            CannotListenError: The port is taken.
        """
        with listening_on(f"127.0.0.1:{port}"):
            server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return int(server.server_address[1])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        monitor = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self._answer(200, generate_latest(monitor.registry))
                elif self.path == "/healthz":
                    well = monitor.ready
                    self._answer(200 if well else 503, b"ok\n" if well else b"draining\n")
                else:
                    self._answer(404, b"not found\n")

            def _answer(self, code: int, body: bytes) -> None:
                self.send_response(code)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
