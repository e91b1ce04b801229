"""The relay: clients and next hops that stop reading, leave, stay too long or say too much."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from relay_tools import NextHop, Rig, Sink, Timeouts, rig, wait_for
from relay_values import Delivery, Policy, Reply, Transaction

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


class Late:
    """A next hop that says yes to all and, on its first connection, once more when told."""

    def __init__(self, command: bytes) -> None:
        self.command = command
        self.connections = 0
        self.replied, self.told = threading.Event(), threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        self.connections += 1
        first, in_message = self.connections == 1, False
        connection.sendall(b"220 hop\r\n")
        with contextlib.suppress(OSError), connection.makefile("rb") as lines:
            for line in lines:
                if in_message and line != b".\r\n":
                    continue
                verb = line[:4].strip().upper()
                in_message = verb == b"DATA"
                connection.sendall(b"354 go\r\n" if in_message else b"250 ok\r\n")
                if first and verb == self.command:
                    self.replied.set()
                    self.told.wait(10)
                    connection.sendall(b"250 late\r\n")

    def speak(self) -> None:
        """Have it say the late reply, which then has arrived."""
        assert self.replied.wait(10)
        self.told.set()
        time.sleep(0.1)


@pytest.mark.parametrize("command", [b"EHLO", b"MAIL", b"RCPT", b"."])
def test_a_late_second_reply_is_never_taken_for_the_next_one(command: bytes) -> None:
    late = Late(command)
    with hop(late) as there, rig(hop=there) as running:
        client = running.client()
        steps = (
            (b"EHLO", lambda: client.command(b"MAIL FROM:<a@example.com>")),
            (b"MAIL", lambda: client.command(b"RCPT TO:<b@example.org>")),
            (b"RCPT", lambda: client.message(MAIL)),
            (b".", lambda: client.command(b"MAIL FROM:<a@example.com>")),
        )
        for verb, step in steps:
            if verb == command:
                late.speak()
                reply = step()
                break
            assert step()[:1] == b"2"
        # After a message nothing of the next one is lost: a fresh connection takes it.
        assert reply.startswith(b"250" if command == b"." else b"451 4.3.0 ")
        client.command(b"RSET")
        assert client.deliver(MAIL).startswith(b"250")
        assert late.connections == 2


def test_a_second_greeting_is_no_answer_to_ehlo() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 hop\r\n220 hop\r\n")
        with contextlib.suppress(OSError), connection.makefile("rb") as lines:
            for _ in lines:
                connection.sendall(b"250 ok\r\n")

    with hop(talk) as twice, rig(hop=twice) as running:
        assert running.client().begin()[0].startswith(b"451 4.3.0 ")


def test_a_late_second_reply_that_comes_while_we_sign_is_seen_before_the_next_command() -> (
    None
):
    late = Late(b"RCPT")

    class Slow(Policy):
        def handle(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
            late.speak()
            return super().handle(transaction, content)

    with hop(late) as there, rig(hop=there, policy=Slow) as running:
        assert running.client().deliver(MAIL).startswith(b"451 4.3.0 ")


def test_a_next_hop_that_answers_before_it_has_the_message_has_not_taken_it() -> None:
    content = b"Subject: x\r\n\r\n" + (b"0123456789" * 7 + b"\r\n") * 400_000
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        up_to_data(connection)
        connection.sendall(b"250 taken\r\n")
        done.wait(20)

    with hop(talk) as hasty, rig(hop=hasty) as running:
        client = running.client()
        client.begin()
        assert client.message(content).startswith(b"451 4.3.0 ")
        done.set()


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


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from relay_certificates import make

    return make(tmp_path_factory.mktemp("certificates"))


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize("how", ["end", "reset", "garbage", "time is up", "drain"])
def test_a_connection_that_ends_in_the_handshake_leaves_no_session(
    how: str, certificates: dict[str, Path]
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates["server"])
    with rig(tls_context=context, session_seconds=1 if how == "time is up" else 60) as one:
        client = one.client()
        assert client.command(b"STARTTLS").startswith(b"220")
        time.sleep(0.1)  # until the handshake is waited for
        if how == "end":
            client.close()
        elif how == "reset":
            client.file.close()
            reset(client.socket)
        elif how == "garbage":
            client.send(b"EHLO x.org\r\n")
        elif how == "drain":
            began = time.monotonic()
            one.loop.run(one.relay.drain())
            assert time.monotonic() - began < 2
        wait_for(lambda: not one.relay.sessions, 4)
        assert not [line for line in one.log() if line["event"] == "trouble"]


def test_a_client_under_tls_that_never_reads_gives_its_place_back(
    certificates: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relay_session._GRACE", 0.2)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates["server"])
    with rig(tls_context=context, command_seconds=0.5) as running:
        client = running.client()
        client.starttls(ssl._create_unverified_context())
        wait_for(lambda: not running.relay.sessions, 5)
