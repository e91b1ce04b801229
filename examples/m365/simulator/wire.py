"""SMTP on a socket, for both sides of the simulator: lines, content, replies.

Blocking and plain; every wait has a limit. Commands and replies end with CRLF, content
with CRLF.CRLF and nothing else (RFC 5321 4.1.1.4).
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl

_MAX_LINE = 1 << 16


class ClosedError(ConnectionError):
    """The other side has gone."""


class Wire:
    """One connection."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self.sock = sock
        self.sock.settimeout(timeout)
        self._buffer = bytearray()

    def _more(self) -> None:
        octets = self.sock.recv(1 << 16)
        if not octets:
            raise ClosedError("closed by the other side")
        self._buffer += octets

    def line(self) -> bytes:
        """Return the next line without its CRLF."""
        start = 0
        while (end := self._buffer.find(b"\r\n", start)) < 0:
            if len(self._buffer) > _MAX_LINE:
                raise ClosedError("a line without end")
            start = max(0, len(self._buffer) - 1)
            self._more()
        octets = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return octets

    def exactly(self, count: int) -> bytes:
        """Return the next ``count`` octets (BDAT, RFC 3030)."""
        while len(self._buffer) < count:
            self._more()
        octets = bytes(self._buffer[:count])
        del self._buffer[:count]
        return octets

    def content(self) -> bytes:
        """Return the content after DATA, dots removed, with its last CRLF."""
        if self._peek(3) == b".\r\n":
            del self._buffer[:3]
            return b""
        start = 0
        while (end := self._buffer.find(b"\r\n.\r\n", start)) < 0:
            start = max(0, len(self._buffer) - 4)
            self._more()
        octets = bytes(self._buffer[: end + 2])
        del self._buffer[: end + 5]
        return re.sub(rb"(\A|\r\n)\.", rb"\1", octets)

    def _peek(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._more()
        return bytes(self._buffer[:count])

    def write(self, octets: bytes) -> None:
        """Send octets."""
        self.sock.sendall(octets)

    def say(self, line: str) -> None:
        """Send one line."""
        self.write(line.encode() + b"\r\n")

    def reply(self) -> list[str]:
        """Return the lines of one reply, with their codes (RFC 5321 4.2.1)."""
        lines = []
        while True:
            lines.append(self.line().decode("utf-8", "replace"))
            if lines[-1][3:4] != "-":
                return lines

    def ask(self, line: str) -> str:
        """Send a command and return its reply on one line."""
        self.say(line)
        replied = self.reply()
        return replied[0][:4] + " ".join(part[4:] for part in replied)

    def secure(self, context: ssl.SSLContext, server_side: bool, host: str = "") -> None:
        """Start TLS; what came before it is forgotten."""
        self._buffer.clear()
        self.sock = context.wrap_socket(
            self.sock, server_side=server_side, server_hostname=host or None
        )

    def close(self) -> None:
        """Close the connection, whatever its state."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.sock.close()


def chain_of(sock: socket.socket) -> list[bytes]:
    """Return the certificates that the other side has sent, leaf first, as DER."""
    if not isinstance(sock, ssl.SSLSocket) or sock.getpeercert(True) is None:
        return []
    if hasattr(sock, "get_unverified_chain"):  # Python 3.13
        return list(sock.get_unverified_chain())
    # The same call is there since 3.10, without a public name.
    chain = sock._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
    return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in chain]
