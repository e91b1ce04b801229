"""The relay: clients and next hops that stop reading, leave, stay too long or say too much."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from relay_tools import NextHop, Rig, Sink, Timeouts, rig, wait_for

MAIL = b"From: a@example.com\r\nSubject: x\r\n\r\nHello\r\n"
SHORT = Timeouts(connect=1, command=1, final=1)

Talk = Callable[[socket.socket], None]


@contextlib.contextmanager
def hop(talk: Talk) -> Iterator[NextHop]:
    """Run a next hop: ``talk`` has each of its connections, in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(connection: socket.socket) -> None:
            with connection:
                connection.settimeout(20)
                talk(connection)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield NextHop("127.0.0.1", server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)


def up_to_data(connection: socket.socket) -> None:
    """Say yes to all, up to 354."""
    connection.sendall(b"220 hop\r\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            data = line.upper().startswith(b"DATA")
            connection.sendall(b"354 go\r\n" if data else b"250 ok\r\n")
            if data:
                return


def test_a_next_hop_that_reads_no_more_does_not_get_the_message_later() -> None:
    """What still waits to be sent is dropped: it would take memory, and come twice."""
    content = b"Subject: x\r\n\r\n" + (b"0123456789" * 7 + b"\r\n") * 400_000
    given_up, got = threading.Event(), []

    def talk(connection: socket.socket) -> None:
        up_to_data(connection)
        given_up.wait(20)
        received = 0
        with contextlib.suppress(OSError):
            while piece := connection.recv(1 << 20):
                received += len(piece)
        got.append(received)

    with hop(talk) as silent, rig(hop=silent, timeouts=SHORT) as running:
        client = running.client()
        client.begin()
        assert client.message(content).startswith(b"451 4.4.2 ")
        given_up.set()
        wait_for(lambda: got)
        assert got[0] < len(content) / 2


def test_a_client_that_leaves_before_the_next_hop_answers_leaves_nothing_open() -> None:
    ended = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 hop\r\n")
        with contextlib.suppress(OSError):
            while connection.recv(1 << 10):
                pass
        ended.set()

    with hop(talk) as slow, rig(hop=slow, timeouts=Timeouts(30, 30, 30)) as running:
        client = running.client(greet=False)
        client.reply()
        client.send(b"EHLO x.org\r\n")
        wait_for(lambda: len(running.relay.sessions) == 1)
        time.sleep(0.2)  # until the next hop is asked
        client.close()
        assert ended.wait(10)


def test_a_client_that_never_reads_gives_its_place_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("relay_session._GRACE", 0.2)
    with (
        rig(command_seconds=0.3, session_seconds=1, max_connections=1) as running,
        socket.create_connection(("127.0.0.1", running.relay.port)) as deaf,
    ):
        deaf.settimeout(0.5)
        with contextlib.suppress(OSError):
            for _ in range(500):
                deaf.sendall(b"VRFY x\r\n" * 2_000)
        wait_for(lambda: not running.relay.sessions)
        assert running.client().deliver(MAIL).startswith(b"250")


SURPLUS = {
    "recipient": (b"RCPT", b"550 5.1.1 no such user\r\n250 ok", b"451 4.3.0 "),
    "data": (b"DATA", b"354 go\r\n250 2.0.0 taken", b"451 4.3.0 "),
    "dot": (b".", b"554 5.7.1 spam\r\n250 2.0.0 taken", b"554 5.7.1 spam\r\n"),
}


@pytest.mark.parametrize(("command", "answer", "reply"), SURPLUS.values(), ids=SURPLUS)
def test_what_a_next_hop_says_beside_is_never_taken_for_the_next_reply(
    command: bytes, answer: bytes, reply: bytes
) -> None:
    with rig(Sink(answers={command: answer})) as running:
        client = running.client()
        replies = client.begin()
        last = replies[-1] if replies[-1][:1] != b"2" else client.message(MAIL)
        assert last.startswith(reply)
        running.sink.answers.clear()
        client.command(b"RSET")
        assert client.deliver(MAIL).startswith(b"250")
        assert running.sink.connections == 2


class LateAnswers:
    """A next hop that says yes to all and, after one command's reply, something more."""

    def __init__(self, command: bytes, late: bytes, seconds: float = 0.1) -> None:
        self.command, self.late, self.seconds = command, late, seconds
        self.said = threading.Event()
        self.mails: list[bytes] = []
        self.connections = 0

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        self.connections += 1
        first, content = self.connections == 1, None
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(b"220 hop\r\n")
        with contextlib.suppress(OSError), connection.makefile("rb") as lines:
            for line in lines:
                verb = line[:4].strip().upper()
                if content is not None and line != b".\r\n":
                    content += line
                    continue
                if content is not None:
                    self.mails.append(content)
                content = b"" if verb == b"DATA" else None
                connection.sendall(b"354 go\r\n" if verb == b"DATA" else b"250 ok\r\n")
                if first and verb == self.command:
                    time.sleep(self.seconds)
                    connection.sendall(self.late)
                    self.said.set()


@pytest.mark.parametrize("busy", [False, True], ids=["read", "unread"])
@pytest.mark.parametrize("command", [b"EHLO", b"MAIL", b"RCPT", b"DATA", b"."])
def test_a_late_second_reply_is_never_taken_for_the_next_one(
    command: bytes, busy: bool
) -> None:
    late = LateAnswers(command, b"250 late\r\n")
    with hop(late) as there, rig(hop=there) as running:

        def until_said() -> None:
            # Where it has come is decided by whether our event loop had time to read it.
            if busy:
                running.loop.run(blocked(late.said))
            late.said.wait(10)
            time.sleep(0.1)

        client = running.client()
        steps = {
            b"EHLO": lambda: client.command(b"MAIL FROM:<a@example.com>"),
            b"MAIL": lambda: client.command(b"RCPT TO:<b@example.org>"),
            b"RCPT": lambda: client.command(b"DATA"),
        }
        last = b""
        for verb, step in steps.items():
            if verb == command:
                until_said()
            last = step()
            if last[:1] not in b"23":
                break
        else:
            if command == b"DATA":
                client.send(MAIL[:10])
                until_said()
            client.send(MAIL[10 if command == b"DATA" else 0 :] + b".\r\n")
            last = client.reply()
            if command == b".":
                assert last.startswith(b"250")
                until_said()
                last = client.deliver(MAIL)
                assert last.startswith(b"250")
                assert late.connections == 2
                return
        assert last.startswith(b"451 4.3.0 "), last
        assert not late.mails
        client.command(b"RSET")
        assert client.deliver(MAIL).startswith(b"250")
        assert late.connections == 2


@pytest.mark.parametrize("command", [b"EHLO", b"MAIL", b"RCPT", b"DATA", b"."])
def test_a_reply_whose_lines_differ_in_their_codes_is_none(command: bytes) -> None:
    """RFC 5321 4.2.1; the last line alone would turn a refusal into a yes."""
    code = b"354" if command == b"DATA" else b"250"
    with rig(Sink(answers={command: b"550-5.7.1 no\r\n%b ok" % code})) as running:
        client = running.client()
        replies = client.begin()
        last = client.message(MAIL) if replies[-1].startswith(b"250") else replies[0]
        if command == b"RCPT":
            last = replies[-1]
        assert last.startswith(b"451 4.4.")
        running.sink.answers.clear()
        client.command(b"RSET")
        assert client.deliver(MAIL).startswith(b"250")


def test_a_session_whose_time_is_up_hears_the_reply_to_its_message_first() -> None:
    """Told 421 while the next hop takes the message, it would send it again."""

    def slow(command: bytes) -> None:
        time.sleep(1.5)

    with rig(Sink(answers={b".": slow})) as other:
        elsewhere = NextHop("127.0.0.1", other.sink.port)
        with rig(hop=elsewhere, session_seconds=0.5) as running:
            client = running.client()
            assert client.deliver(MAIL).startswith(b"250")
            assert client.reply().startswith(b"421 4.4.2")
            assert client.reply() == b""
        assert len(other.sink.taken) == 1


def of(size: int, line: bytes = b"a" * 70 + b"\r\n") -> bytes:
    """Return a message of so many octets, of such lines."""
    head = b"Subject: x\r\n\r\n"
    return (head + line * size)[: size - 2].rstrip(b"\r\n").ljust(size - 2, b"z") + b"\r\n"


@pytest.fixture(scope="module")
def narrow() -> Iterator[Rig]:
    with rig(max_size=1_000) as running:
        yield running


@pytest.mark.parametrize(
    ("content", "behind", "reply"),
    [
        (of(1_000), b"", b"250"),
        (of(1_001), b"", b"552 5.3.4"),
        (of(1_000, b".\r\n"), b"", b"250"),
        (of(1_000), b"NOOP\r\n" * 9, b"250"),
        (of(1_500), b"", b"552 5.3.4"),
        (of(90_000), b"", b"552 5.3.4"),
    ],
    ids=["full", "one-more", "dots", "commands-behind", "within-the-dots-room", "far-more"],
)
def test_the_size_is_that_of_the_message_not_of_what_comes_with_it(
    narrow: Rig, content: bytes, behind: bytes, reply: bytes
) -> None:
    client = narrow.client()
    client.begin()
    assert client.command(b"DATA").startswith(b"354")
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    client.send(stuffed + b".\r\n" + behind)
    assert client.reply().startswith(reply)


def test_opportunistic_tls_that_is_offered_and_not_given_is_plain() -> None:
    sink = Sink(extensions=("8BITMIME", "STARTTLS"), answers={b"STARTTLS": b"454 not now"})
    with rig(sink) as other:
        hop = NextHop("127.0.0.1", other.sink.port, tls="opportunistic")
        with rig(hop=hop) as running:
            assert running.client().deliver(MAIL).startswith(b"250")
        required = NextHop("127.0.0.1", other.sink.port, tls="required")
        with rig(hop=required) as running:
            assert running.client().begin()[0].startswith(b"451 4.4.1")
