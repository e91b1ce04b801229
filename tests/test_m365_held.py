"""The connection that waits for the message, and what it remembers of refusals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import relay_tools
from relay_tools import Client, Loop, Sink

# relay_tools makes the examples importable.
from relay_held import HELD, HeldConnection, Verdicts  # isort: skip
from relay_next_hop import HopConnection, Timeouts  # isort: skip
from relay_server import Relay, RelayConfig  # isort: skip
from relay_values import Delivery, NextHop, Policy, Reply, Transaction  # isort: skip

REAL, OTHER = NextHop("edge.example", 25), NextHop("other.example", 25)
MESSAGE = b"Subject: x\r\n\r\nbody\r\n"


class LatePolicy(Policy):
    """Knows the next hop when it has seen the message."""

    def __init__(self, real: NextHop, decision: Reply | None = None) -> None:
        super().__init__(HELD)
        self.real, self.decision = real, decision
        self.verdicts = Verdicts()

    def connection(self, hop: NextHop, hostname: str, timeouts: Timeouts) -> HopConnection:
        return HeldConnection(hostname, timeouts, self.verdicts)

    def handle(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        return self.decision or Delivery([content], "unchanged", next_hop=self.real)


class Running:
    """A relay with a late policy, and the sink behind it."""

    def __init__(self) -> None:
        self.loop, self.sink = Loop(), Sink()
        self.loop.run(self.sink.start())
        self.policy = LatePolicy(NextHop("127.0.0.1", self.sink.port))
        self.relay = Relay(
            RelayConfig(port=0), self.policy, relay_tools.Monitor(relay_tools.io.StringIO())
        )
        self.loop.run(self.relay.start())
        self.client = Client(self.relay.port)

    def close(self) -> None:
        """Stop everything."""
        self.client.file.close()
        self.client.socket.close()
        self.loop.run(self.relay.drain())
        self.loop.call(self.sink.stop)
        self.loop.close()


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.close()


def test_nobody_is_called_before_the_message_is_there(running: Running) -> None:
    client = running.client
    client.begin()
    assert running.sink.connections == 0
    assert client.message(MESSAGE).startswith(b"250")
    assert running.sink.connections == 1
    assert [taken.recipients for taken in running.sink.taken] == [[b"TO:<b@example.org>"]]


def test_nobody_is_called_for_a_message_that_is_refused(running: Running) -> None:
    running.policy.decision = Reply(550, "5.7.1 not yours")
    client = running.client
    client.begin()
    assert client.message(MESSAGE).startswith(b"550 5.7.1")
    assert running.sink.connections == 0


@pytest.mark.parametrize("answer", [b"550 5.1.1 unknown", b"451 4.7.0 later"])
def test_a_reply_for_everybody_is_passed_on(running: Running, answer: bytes) -> None:
    running.sink.answers[b"RCPT"] = answer
    client = running.client
    client.begin()
    assert client.message(MESSAGE).startswith(answer)
    assert running.sink.taken == []


def test_mixed_replies_deliver_nothing_at_first_and_all_that_can_be_then(
    running: Running,
) -> None:
    running.sink.answers[b"RCPT TO:<no@"] = b"550 5.1.1 unknown"
    running.sink.answers[b"RCPT TO:<later@"] = b"451 4.7.0 later"
    client = running.client
    everybody = (b"<b@example.org>", b"<no@example.org>", b"<later@example.org>")
    assert (
        client.begin(b"<a@example.com>", *everybody)[1:]
        == [b"250 2.1.5 recipient noted\r\n"] * 3
    )
    assert client.message(MESSAGE).startswith(b"451 4.5.3")
    assert running.sink.taken == []
    replies = client.begin(b"<a@example.com>", *everybody)[1:]
    assert [reply[:9] for reply in replies] == [b"250 2.1.5", b"550 5.1.1", b"451 4.7.0"]
    assert client.message(MESSAGE).startswith(b"250")
    assert [taken.recipients for taken in running.sink.taken] == [[b"TO:<b@example.org>"]]
    # Each was told once: the one for later may be asked again.
    del running.sink.answers[b"RCPT TO:<later@"]
    client.begin(b"<a@example.com>", b"<later@example.org>")
    assert client.message(MESSAGE).startswith(b"250")


def test_body_is_restated_for_a_message_that_became_8_bit(running: Running) -> None:
    running.policy.handle = lambda transaction, content: Delivery(  # type: ignore[method-assign]
        [content, "ü\r\n".encode()], "injected", next_hop=running.policy.real
    )
    client = running.client
    client.begin(parameters=b" BODY=7BIT")
    assert client.message(MESSAGE).startswith(b"250")
    assert b"BODY=8BITMIME" in running.sink.taken[0].mail


def test_a_next_hop_that_is_away_is_451(running: Running) -> None:
    running.loop.call(running.sink.stop)
    client = running.client
    client.begin()
    assert client.message(MESSAGE).startswith(b"451 4.4.1")


@pytest.mark.parametrize("command", [b"MAIL", b"RCPT", b"."])
def test_a_reply_whose_lines_differ_in_their_codes_is_451(
    running: Running, command: bytes
) -> None:
    running.sink.answers[command] = b"550-5.7.1 no\r\n250 ok"
    client = running.client
    client.begin()
    assert client.message(MESSAGE).startswith(b"451 4.4.2")
    assert [taken for taken in running.sink.taken if command != b"."] == []


def test_verdicts_are_given_once_and_expire() -> None:
    now = [0.0]
    verdicts = Verdicts(lambda: now[0])
    verdicts.remember(REAL, b"<a>", b"<b>", Reply(550, "5.1.1 no"))
    assert verdicts.take(b"<a>", b"<c>") is None
    assert verdicts.take(b"<x>", b"<b>") is None
    assert verdicts.take(b"<a>", b"<b>") == Reply(550, "5.1.1 no")
    assert verdicts.take(b"<a>", b"<b>") is None
    verdicts.remember(REAL, b"<a>", b"<b>", Reply(550, "5.1.1 no"))
    now[0] = 3601.0
    assert verdicts.take(b"<a>", b"<b>") is None


def test_verdicts_do_not_grow_without_end() -> None:
    verdicts = Verdicts(lambda: 0.0)
    for number in range(10_050):
        verdicts.remember(REAL, b"<a>", b"<%d>" % number, Reply(550, "5.1.1 no"))
    assert verdicts.take(b"<a>", b"<0>") is None
    assert verdicts.take(b"<a>", b"<10049>") is not None


def test_what_one_hop_said_is_not_told_to_the_senders_of_another() -> None:
    homes = {b"boss@victim.example": OTHER, b"ann@own.example": REAL}
    verdicts = Verdicts(lambda: 0.0, homes.get)
    reply = Reply(550, "5.1.1 no")
    for sender in (b"<boss@victim.example>", b"<ann@own.example>", b"<bob@else.example>"):
        verdicts.remember(REAL, sender, b"<b>", reply)
    assert verdicts.take(b"<boss@victim.example>", b"<b>") is None
    assert verdicts.take(b"<ann@own.example>", b"<b>") == reply
    assert verdicts.take(b"<bob@else.example>", b"<b>") == reply


class Growing(LatePolicy):
    """Signs with a signature that has no room."""

    def handle(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        grown = [content, b"x" * 500 + b"\r\n"]
        return Delivery(grown, "injected", next_hop=self.real)


@pytest.mark.parametrize(
    ("extensions", "content", "reply"),
    [
        (("SIZE 500",), MESSAGE, b"250"),
        (("SIZE 500",), MESSAGE * 20, b"552 5.3.4"),
        (("8BITMIME",), MESSAGE, b"250"),
    ],
    ids=["only-unsigned", "not-even-so", "both"],
)
def test_a_message_that_the_hop_takes_only_as_it_came_goes_so(
    running: Running, extensions: tuple[str, ...], content: bytes, reply: bytes
) -> None:
    running.sink.extensions = extensions
    running.relay.policy = Growing(running.policy.real)
    running.client.close()
    running.client = Client(running.relay.port)
    running.client.begin()
    assert running.client.message(content).startswith(reply)
    unsigned = [taken.without_received == content for taken in running.sink.taken]
    assert unsigned == ([extensions[0].startswith("SIZE")] if reply == b"250" else [])
