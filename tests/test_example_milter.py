"""The milter, spoken to in its wire protocol by a stand-in for the mail server.

The stand-in applies the changes as Postfix does; what it has then must be, octet for octet,
what ``mailsig.rewrite`` makes of the message. Real Postfix: test_example_postfix.py.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from relay_tools import EXAMPLES, SIGNATURE, Loop, Monitor, free_port, wait_for

import mailsig

pytest.importorskip("kilter.protocol", reason="kilter.protocol is not installed")
import postfix_milter

ALL_ACTIONS = 0x1FF
ALL_FLAGS = 0x1FFFFF
LEADING_SPACE = 0x100000


@dataclass
class Server:
    """The mail server's side of one connection."""

    port: int
    flags: int = ALL_FLAGS
    negotiated: tuple[int, int, int] = (0, 0, 0)
    replies: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.file = self.socket.makefile("rb")
        self.send(b"O", struct.pack("!LLL", 6, ALL_ACTIONS, self.flags))
        kind, data = self.receive()
        assert kind == b"O"
        self.negotiated = struct.unpack("!LLL", data[:12])

    def send(self, kind: bytes, data: bytes = b"") -> None:
        self.socket.sendall(struct.pack("!L", len(data) + 1) + kind + data)

    def receive(self) -> tuple[bytes, bytes]:
        head = self.file.read(4)
        if len(head) < 4:
            raise ConnectionResetError
        packet = self.file.read(struct.unpack("!L", head)[0])
        return packet[:1], packet[1:]

    def _event(self, kind: bytes, data: bytes, silent: int) -> None:
        self.send(kind, data)
        if not self.negotiated[2] & silent:
            assert self.receive()[0] == b"c"

    def begin(self, header: bytes, body: bytes, sender: bytes = b"<a@example.com>") -> None:
        """Hand a message over, but for its end."""
        self._event(b"M", sender + b"\0", 0x4000)
        for name, value in split_fields(header):
            if not self.negotiated[2] & LEADING_SPACE:
                value = value.removeprefix(b" ")
            self._event(b"L", name + b"\0" + value + b"\0", 0x80)
        self._event(b"N", b"", 0x40000)
        for offset in range(0, len(body), 65535):
            self._event(b"B", body[offset : offset + 65535], 0x80000)

    def message(
        self, raw: bytes, sender: bytes = b"<a@example.com>", *, at_end: int = 0
    ) -> bytes | None:
        """Hand a message over; return it with the changes, or None after a tempfail.

        So many octets of the body come with its end.
        """
        header, _, body = raw.partition(b"\r\n\r\n")
        last = len(body) - at_end
        self.begin(header, body[:last], sender)
        self.send(b"E", body[last:])
        return self._changes(split_fields(header), body)

    def _changes(self, fields: list[tuple[bytes, bytes]], body: bytes) -> bytes | None:
        pieces: list[bytes] = []
        own = (b"Received", b" by Postfix, which does not show it but counts it")
        fields.insert(0, own)
        while True:
            kind, data = self.receive()
            self.replies.append(kind)
            if kind == b"c":
                body = b"".join(pieces) if pieces else body
                fields.remove(own)
                header = b"".join(b"%b:%b\n" % one for one in fields)
                return header.replace(b"\n", b"\r\n") + b"\r\n" + body
            if kind == b"t":
                return None
            if kind == b"b":
                pieces.append(data)
                assert len(data) <= 65535
                continue
            if kind == b"h":
                name, value = data[:-1].split(b"\0", 1)
                fields.append((name, value))
                continue
            index = struct.unpack("!L", data[:4])[0]
            name, value = data[4:-1].split(b"\0", 1)
            if kind == b"i":
                fields.insert(index, (name, value))
                continue
            assert kind == b"m"
            places = [
                i
                for i, one in enumerate(fields)
                if one[0].rstrip().lower() == name.lower() and one is not own
            ]
            if value:
                fields[places[index - 1]] = (fields[places[index - 1]][0], value)
            else:
                del fields[places[index - 1]]

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def split_fields(header: bytes) -> list[tuple[bytes, bytes]]:
    """Return name and value of each field, folds as LF: so Postfix hands them over."""
    fields: list[tuple[bytes, bytes]] = []
    for line in header.split(b"\r\n") if header else []:
        if line[:1] in b" \t":
            name, value = fields[-1]
            fields[-1] = (name, value + b"\n" + line)
        else:
            name, _, value = line.partition(b":")
            fields.append((name, value))
    return fields


@dataclass
class Rig:
    loop: Loop
    port: int
    stream: io.StringIO
    milter: postfix_milter.Milter

    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    settings = getattr(request, "param", {})
    loop, stream = Loop(), io.StringIO()
    options = settings.pop("options", mailsig.Options())
    milter = postfix_milter.Milter(
        postfix_milter.Settings(lambda sender: SIGNATURE, options, **settings),
        Monitor(stream),
    )
    listener = loop.run(asyncio.start_server(milter.serve, "127.0.0.1", 0))
    yield Rig(loop, listener.sockets[0].getsockname()[1], stream, milter)
    loop.call(listener.close)
    loop.run(milter.drain(5))
    loop.close()


PLAIN = b"From: a@example.com\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello\r\n"
DKIM = b"DKIM-Signature: v=1;\r\n\tb=abc\r\n"
MESSAGES = {
    "plain": PLAIN,
    "two DKIM fields": DKIM + b"Received: by x\r\n" + DKIM + PLAIN,
    "three kinds of DKIM": DKIM + b"DomainKey-Signature: a=b\r\n"
    b"X-Google-DKIM-Signature: v=1\r\n" + DKIM + PLAIN,
    "ARC": b"ARC-Seal: i=1\r\nARC-Message-Signature: i=1\r\n"
    b"ARC-Authentication-Results: i=1\r\n" + PLAIN,
    "relabelled": b"From: a@example.com\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain;\r\n charset=us-ascii\r\n"
    b"Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n"
    b"Subject: x\r\n\r\nHello\r\n",
    "no blank after the colon": b"From:a@example.com\r\nSubject:x\r\n\r\nHello\r\n",
    "8-bit value": b"From: a@example.com\r\nSubject: Gr\xfc\xdfe\r\n\r\nHello\r\n",
    "empty body": b"From: a@example.com\r\nSubject: x\r\n\r\n",
    "big": PLAIN + (b"0123456789" * 7 + b"\r\n") * 40_000,
    "already handled": b"X-Mailsig-Handled: Yes\r\n" + PLAIN,
}  # fmt: skip
for _path in sorted((EXAMPLES / "mail").glob("*.eml")):
    MESSAGES[_path.name] = _path.read_bytes()


@pytest.mark.parametrize("at_end", [0, 1, 3, len(b"Hello\r\n")])
def test_what_comes_with_the_end_of_the_body_belongs_to_it(rig: Rig, at_end: int) -> None:
    server = Server(rig.port)
    wanted = mailsig.rewrite(PLAIN, SIGNATURE).message
    assert server.message(PLAIN, at_end=at_end) == wanted
    assert server.message(PLAIN) == wanted
    server.close()


UMLAUTS = mailsig.Signature(html="<p>Grüße ∑</p>", text="Grüße ∑")


@pytest.mark.parametrize("dkim", ["remove", "rename", "keep"])
@pytest.mark.parametrize("name", MESSAGES)
def test_changes_make_what_rewrite_makes(name: str, dkim: str) -> None:
    options = mailsig.Options(dkim=dkim)  # type: ignore[arg-type]
    raw = MESSAGES[name]
    now = postfix_milter.Collected(size=len(raw))
    header, _, body = raw.partition(b"\r\n\r\n")
    now.fields = [(n.decode(), v) for n, v in split_fields(header)]
    now.body = [body]
    settings = postfix_milter.Settings(lambda sender: UMLAUTS, options)
    _, _, changes, _ = postfix_milter.handle(now, settings)
    wanted = mailsig.rewrite(raw, UMLAUTS, options).message
    assert applied(changes, split_fields(header), body) == wanted


def test_field_may_have_blanks_before_its_colon(rig: Rig) -> None:
    loose = DKIM.replace(b":", b" :", 1)
    raw = DKIM + loose + b"X: 1\r\n" + DKIM.replace(b":", b"\t:", 1) + PLAIN
    server = Server(rig.port)
    for _ in range(2):
        assert server.message(raw) == mailsig.rewrite(raw, SIGNATURE).message
    server.close()


def applied(changes: list[Any], fields: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    server = Server.__new__(Server)
    server.replies = []
    octets = b""
    from kilter.protocol.buffer import SimpleBuffer
    from kilter.protocol.messages import Continue

    for change in [*changes, Continue()]:
        buffer = SimpleBuffer(1 << 20)
        change.pack(buffer)
        octets += bytes(buffer[:])
    server.file = io.BytesIO(octets)  # type: ignore[assignment]
    done = server._changes(list(fields), body)
    assert done is not None
    return done


@pytest.mark.parametrize("flags", [ALL_FLAGS, ALL_FLAGS & ~LEADING_SPACE, 0])
def test_messages_of_one_connection_are_signed_in_turn(rig: Rig, flags: int) -> None:
    server = Server(rig.port, flags)
    for name in ("plain", "two DKIM fields", "big", "already handled", "reply.eml"):
        raw = MESSAGES[name]
        assert server.message(raw) == mailsig.rewrite(raw, SIGNATURE).message
    server.send(b"Q")
    with pytest.raises(ConnectionResetError):
        server.receive()
    server.close()


def test_unchanged_message_has_no_changes(rig: Rig) -> None:
    server = Server(rig.port)
    server.message(MESSAGES["already handled"])
    assert server.replies == [b"c"]
    server.close()


def test_stamped_message_keeps_its_body(rig: Rig) -> None:
    server = Server(rig.port)
    server.message(MESSAGES["signed.eml"])
    assert server.replies == [b"i", b"c"]
    server.close()


@pytest.mark.parametrize(
    ("macros", "logged"),
    [
        (b"Mi\x004WxYz1\0{mail_addr}\0a@example.com\0", ["4WxYz1", None]),
        (b"E{daemon_name}\0mta\0i\x004WxYz1\0", ["4WxYz1", None]),
        (b"E{cert_subject}\0J\xf6\0", [None, None]),
        (b"Ei\0a@example.com\0", [None, None]),
        (b"Ei\0", [None, None]),
        (b"", [None, None]),
    ],
    ids=["at-mail", "among-others", "not-ascii", "no-queue-id", "cut-off", "empty"],
)
def test_log_names_the_servers_queue_id(
    rig: Rig, macros: bytes, logged: list[str | None]
) -> None:
    server = Server(rig.port)
    server.send(b"D", macros)
    for _ in logged:
        assert server.message(PLAIN) is not None
    server.close()
    assert [line.get("id") for line in rig.log()] == logged


@pytest.mark.parametrize(
    ("host", "warned"),
    [
        ("127.0.0.1", False),
        ("127.1.2.3", False),
        ("::1", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.0.2.1", True),
        ("fe80::1%eth0", True),
    ],
)
def test_address_that_others_can_reach_is_warned_of(host: str, warned: bool) -> None:
    stream = io.StringIO()
    postfix_milter.warn_of_others([host], Monitor(stream))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["event"], line["address"]) for line in lines] == (
        [("warning", host)] if warned else []
    )


def test_aborted_message_is_forgotten(rig: Rig) -> None:
    server = Server(rig.port)
    server.send(b"M", b"<a@example.com>\0")
    server.send(b"L", b"Subject\0 secret\0")
    server.send(b"A")
    assert server.message(PLAIN) == mailsig.rewrite(PLAIN, SIGNATURE).message
    server.close()
    assert "secret" not in rig.stream.getvalue()


def test_body_of_which_nothing_stays_is_replaced(rig: Rig) -> None:
    """As that of a marker alone, where the sender has no signature."""
    rig.milter.settings = postfix_milter.Settings(lambda sender: None, mailsig.Options())
    raw = (
        b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n{EMAILSIGNATURE}=\r\n"
    )
    server = Server(rig.port)
    assert server.message(raw) == mailsig.rewrite(raw, None).message
    server.close()


@pytest.mark.parametrize("rig", [{"max_size": 1000}], indirect=True)
def test_message_over_the_limit_passes_and_is_not_kept(rig: Rig) -> None:
    server = Server(rig.port)
    assert server.message(MESSAGES["big"]) == MESSAGES["big"]
    assert rig.log()[-1]["outcome"] == "too-big"
    server.close()


FIELDS = b"\r\n".join([b"X-%d: a" % number for number in range(800)])
OUT_OF_MEMORY = (b"y", b"452 4.3.1 out of memory, try later\0")


@pytest.mark.parametrize("rig", [{"memory": 200_000, "max_size": 40_000}], indirect=True)
@pytest.mark.parametrize(
    "kept", [b"a: b\r\n\r\n" + b"x" * 20_000, FIELDS], ids=["body", "header"]
)
def test_messages_of_all_connections_share_the_memory(rig: Rig, kept: bytes) -> None:
    """What has no room any more is told to come again; all is free when it has ended."""
    header, _, body = kept.partition(b"\r\n\r\n")
    big = PLAIN + b"y" * 30_000 + b"\r\n"
    one, other = Server(rig.port), Server(rig.port)
    one.begin(header, body)
    wait_for(lambda: rig.milter.memory.free < 150_000)  # which the other one needs
    other.begin(*big.split(b"\r\n\r\n", 1))
    other.send(b"E")
    assert other.receive() == OUT_OF_MEMORY
    assert rig.log()[-1]["outcome"] == "no-memory"
    assert rig.log()[-1]["reply"] == 452
    one.close()
    wait_for(lambda: len(rig.milter.connections) == 1)
    assert other.message(big) is not None
    other.close()
    wait_for(lambda: not rig.milter.connections)
    wait_for(lambda: rig.milter.memory.free == 200_000)


@pytest.mark.parametrize("rig", [{"memory": 1 << 20, "max_size": 1000}], indirect=True)
def test_a_message_over_the_limit_takes_no_memory(rig: Rig) -> None:
    one, other = Server(rig.port), Server(rig.port)
    one.begin(FIELDS, b"x" * 60_000)
    assert other.message(PLAIN) is not None
    wait_for(lambda: rig.milter.memory.free == 1 << 20)
    one.close()
    other.close()


@pytest.mark.parametrize("rig", [{"require": True}], indirect=True)
def test_required_signature_means_temporary_failure_without(rig: Rig) -> None:
    server = Server(rig.port)
    assert server.message(MESSAGES["signed.eml"]) is None
    assert server.message(MESSAGES["already handled"]) == MESSAGES["already handled"]
    assert server.message(PLAIN) is not None
    server.close()


@dataclass(frozen=True, slots=True)
class Refusing(postfix_milter.Settings):
    """Refuses everything for good."""

    def handle(self, now: postfix_milter.Collected) -> postfix_milter.Handled:
        verdict = postfix_milter.milter.ReplyCode(b"550 5.7.1 not yours\0")
        return "refused", {}, [], verdict


@dataclass(frozen=True, slots=True)
class Counting(postfix_milter.Settings):
    """Notes how many messages are handled at the same time."""

    begun: list[int] = field(default_factory=list)
    most: list[int] = field(default_factory=list)

    def handle(self, now: postfix_milter.Collected) -> postfix_milter.Handled:
        self.begun.append(now.size)
        self.most.append(len(self.begun))
        time.sleep(0.2)
        self.begun.pop()
        return postfix_milter.handle(now, self)


def test_two_big_messages_are_handled_at_a_time(rig: Rig) -> None:
    """Each may take a hundred times its text in memory."""
    settings = Counting(lambda sender: SIGNATURE, mailsig.Options())
    rig.milter.settings = settings
    servers = [Server(rig.port) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda one: one.message(MESSAGES["big"]), servers))
    assert len(set(done)) == 1
    assert done[0] != MESSAGES["big"]
    assert max(settings.most) == 2
    for server in servers:
        server.close()


def test_log_has_the_code_that_the_client_is_told(rig: Rig) -> None:
    rig.milter.settings = Refusing(lambda sender: None, mailsig.Options())
    server = Server(rig.port)
    server.send(b"M", b"<a@example.com>\0")
    server.send(b"E")
    assert server.receive() == (b"y", b"550 5.7.1 not yours\0")
    server.close()
    assert rig.log()[-1]["reply"] == 550


def test_bug_is_a_temporary_failure_and_tells_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("secret")

    monkeypatch.setattr(mailsig, "rewrite", broken)
    server = Server(rig.port)
    assert server.message(PLAIN) is None
    monkeypatch.undo()
    assert server.message(PLAIN) is not None
    server.close()
    assert "secret" not in rig.stream.getvalue()
    assert rig.log()[0]["error"] == "RuntimeError"


@pytest.mark.parametrize(
    "octets",
    [
        b"\0\0\0\0",
        b"\xff\xff\xff\xffB",
        b"\0\0\0\1Z",
        b"\0\0\0\3L\xff\0",
        b"GET / HTTP/1.1\r\n",
    ],
    ids=repr,
)
def test_garbage_ends_the_connection(rig: Rig, octets: bytes) -> None:
    server = Server(rig.port)
    server.socket.sendall(octets)
    with pytest.raises(ConnectionResetError):
        server.receive()
    server.close()
    wait_for(lambda: not rig.milter.connections)
    after = Server(rig.port)
    assert after.message(PLAIN) is not None
    after.close()


@pytest.mark.parametrize("where", ["unix", "unix-where-one-died", "tcp"])
def test_program_serves_and_stops_on_sigterm(where: str, tmp_path: Path) -> None:
    path = tmp_path / "milter.sock"
    port = free_port()
    listen = f"127.0.0.1:{port}" if where == "tcp" else f"unix:{path}"
    if where == "unix-where-one-died":
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
    process = subprocess.Popen(
        [sys.executable, EXAMPLES / "postfix_milter.py", "--listen", listen],
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert process.stderr is not None
    try:
        assert json.loads(process.stderr.readline())["event"] == "listening"
        if where == "tcp":
            server = Server(port)
            assert server.message(PLAIN) is not None
            server.close()
        else:
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(str(path))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        log = process.stderr.read()
        assert json.loads(log.splitlines()[-1])["event"] == "stopped"
        assert "Hello" not in log
        assert "example.com" not in log
    finally:
        process.kill()
        process.stderr.close()
        process.wait()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--placement", "x"], 64),
        (["--html", "/nonexistent"], 66),
        (["--people", "x"], 64),
        (["--listen", "/nonexistent/milter.sock"], 64),
        (["--listen", "unix:"], 64),
        (["--memory", "2000000"], 64),  # too little for a message of --max-size
        (["--listen", "127.0.0.1:65536"], 64),
        (["--listen", "mail..example.com:12031"], 69),
    ],
    ids=str,
)
def test_wrong_arguments_have_their_exit_code(arguments: list[str], code: int) -> None:
    assert postfix_milter.main(arguments) == code


@pytest.mark.parametrize("where", ["unix", "unix-path-too-long", "tcp", "monitor"])
def test_place_that_cannot_be_listened_on_is_named(
    where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        arguments, reason = ["--listen", place], "address already in use"
        if where == "monitor":
            arguments = ["--listen", f"unix:{tmp_path / 'milter.sock'}"]
            arguments += ["--monitor-port", place.rpartition(":")[2]]
        elif where != "tcp":
            folder, reason = tmp_path / "missing", "no such file or directory"
            if where == "unix-path-too-long":
                folder, reason = tmp_path / ("x" * 120), "af_unix path too long"
            place = f"unix:{folder / 'milter.sock'}"
            arguments = ["--listen", place]
        assert postfix_milter.main(arguments) == 69
    said = capsys.readouterr().err
    assert said.lower() == f"postfix_milter.py: can't listen on {place}: {reason}\n".lower()
    assert not (tmp_path / "milter.sock").exists()


def test_one_port_for_mail_and_monitor_is_named() -> None:
    port = free_port()
    done = subprocess.run(
        [
            sys.executable, EXAMPLES / "postfix_milter.py",
            "--listen", f"127.0.0.1:{port}", "--monitor-port", str(port),
        ],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 69
    assert done.stderr.startswith(f"postfix_milter.py: can't listen on 127.0.0.1:{port}: ")


def test_socket_of_a_milter_that_runs_is_left_to_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "milter.sock"
    with socket.socket(socket.AF_UNIX) as running:
        running.bind(str(path))
        running.listen()
        assert postfix_milter.main(["--listen", f"unix:{path}"]) == 69
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(path))
    said = capsys.readouterr().err
    assert said == (
        f"postfix_milter.py: can't listen on unix:{path}: Address already in use\n"
    )
