"""The relay: what it passes on, whose reply it gives, and what it does when things break.

The next hop is a recording sink (relay_tools.Sink), the client a raw socket.
"""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relay_tools import (
    EXAMPLES,
    SIGNATURE,
    Client,
    Delivery,
    NextHop,
    Policy,
    Rig,
    Sink,
    Transaction,
    rig,
    signing,
    wait_for,
)

import mailsig

MAIL = b"From: a@example.com\r\nSubject: x\r\n\r\nHello\r\n"


@pytest.fixture(scope="module")
def shared_rig() -> Iterator[Rig]:
    with rig(max_size=5_000_000) as running:
        yield running


@pytest.fixture
def relay(shared_rig: Rig) -> Rig:
    shared_rig.sink.answers.clear()
    shared_rig.sink.taken.clear()
    shared_rig.sink.commands.clear()
    return shared_rig


def signed(content: bytes) -> bytes:
    message: bytes = mailsig.rewrite(content, SIGNATURE).message
    return message


# What goes through


def test_message_arrives_signed_with_one_received_field(relay: Rig) -> None:
    client = relay.client()
    assert client.deliver(MAIL) == b"250 2.0.0 taken 1\r\n"
    taken = relay.sink.taken[0]
    assert taken.without_received == signed(MAIL)
    assert b"SIGNATURE of the test" in taken.content
    assert re.match(
        rb"Received: from client\.test \(\[127\.0\.0\.1\]\)\r\n"
        rb"\tby localhost with ESMTP id [0-9A-F.]+;\r\n"
        rb"\t\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\r\n",
        taken.content,
    )


MESSAGES = {
    "dots": b"S: x\r\n\r\n.\r\n..\r\n.a\r\n...\r\nb.\r\n",
    "first line is a dot": b".\r\n\r\n.\r\n",
    "no header": b"just text\r\n",
    "empty header": b"\r\nbody\r\n",
    "header only": b"Subject: x\r\n",
    "empty": b"",
    "one line end": b"\r\n",
    "blank lines at the end": b"S: x\r\n\r\na\r\n\r\n\r\n",
    "8-bit": b"S: x\r\nContent-Type: text/plain; charset=latin1\r\n\r\nGr\xfc\xdfe\r\n",
    "8-bit header": b"Subject: Gr\xfc\xdfe\r\n\r\nx\r\n",
    "a line of 998 octets": b"S: x\r\n\r\n" + b"a" * 998 + b"\r\n",
    "a line of 5,000 octets": b"S: x\r\n\r\n" + b"a" * 5_000 + b"\r\n",
    "a line of 2 MB": b"S: x\r\n\r\n" + b"a" * 2_000_000 + b"\r\n",
    "dot, blank": b"S: x\r\n\r\n. \r\n .\r\n",
    "control characters": b"S: x\r\n\r\n\x01\x0b\x0c\x1a\x7f\r\n",
    "commands in the text": b"S: x\r\n\r\nRSET\r\nQUIT\r\nMAIL FROM:<x@y>\r\n",
}


@pytest.mark.parametrize("content", MESSAGES.values(), ids=MESSAGES.keys())
def test_octets_are_exact_but_for_the_edits(relay: Rig, content: bytes) -> None:
    client = relay.client()
    assert client.deliver(content).startswith(b"250")
    assert relay.sink.taken[0].without_received == signed(content)


_LINES = st.lists(
    st.sampled_from(
        [b".", b"..", b"", b".x", b"\xff\xfe", b"a" * 80, b" ", b"S: x", b"=20"]
    ),
    max_size=12,
)


@given(lines=_LINES, cuts=st.lists(st.integers(1, 40), min_size=1, max_size=8))
@settings(max_examples=60)
def test_octets_are_exact_however_they_are_cut(
    shared_rig: Rig, lines: list[bytes], cuts: list[int]
) -> None:
    content = b"".join(line + b"\r\n" for line in lines)
    shared_rig.sink.taken.clear()
    client = shared_rig.client()
    client.begin()
    assert client.command(b"DATA").startswith(b"354")
    octets = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\nNOOP\r\n"
    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    position = 0
    while position < len(octets):
        for cut in cuts:
            client.send(octets[position : position + cut])
            position += cut
    assert client.reply().startswith(b"250 2.0.0 taken")
    assert client.reply() == b"250 OK\r\n"
    client.close()
    assert shared_rig.sink.taken[0].without_received == signed(content)


def test_pipelined_session_of_two_messages_keeps_its_order(relay: Rig) -> None:
    client = relay.client()
    one = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
    client.send(one + MAIL + b".\r\n" + one + MAIL + b"second\r\n.\r\nQUIT\r\n")
    codes = [client.reply()[:3] for _ in range(9)]
    assert codes == [b"250", b"250", b"354", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert [b"second" in taken.content for taken in relay.sink.taken] == [False, True]


ENVELOPES = [
    (b"<>", b"", b"FROM:<> BODY=8BITMIME"),
    (b"<a@example.com>", b" BODY=7BIT", b"FROM:<a@example.com> BODY=7BIT"),
    (b"<a@example.com>", b" BODY=8BITMIME", b"FROM:<a@example.com> BODY=8BITMIME"),
    (b"<a@example.com>", b" SIZE=100", b"FROM:<a@example.com> SIZE=262244 BODY=8BITMIME"),
    (
        "<jürgen@exämple.com>".encode(),
        b" SMTPUTF8",
        "FROM:<jürgen@exämple.com> BODY=8BITMIME SMTPUTF8".encode(),
    ),
    (b'<"quoted >\\" local"@example.com>', b"", None),
    (b'<"a"@example.com>', b"", None),
    (b"<UPPER+Tag@Example.COM>", b"", None),
    (b"<a..b.@example.com>", b"", None),
    (b"<a@[192.0.2.1]>", b"", None),
    (b"<a@[IPv6:2001:db8::1]>", b"", None),
    (b"<a%b@example.com>", b"", None),
    (b"<x!y@example.com>", b"", None),
    (b"<SRS0=HHH=TT=example.org=a@example.com>", b"", None),
]


@pytest.mark.parametrize(
    ("sender", "parameters", "arrives"), ENVELOPES, ids=lambda v: repr(v)[2:30]
)
def test_envelope_goes_through_octet_for_octet(
    relay: Rig, sender: bytes, parameters: bytes, arrives: bytes | None
) -> None:
    client = relay.client()
    recipient = sender if sender != b"<>" else b"<postmaster>"
    assert (
        client.deliver(MAIL, sender=sender, parameters=parameters)
        == b"250 2.0.0 taken 1\r\n"
    )
    assert relay.sink.taken[0].mail == (arrives or b"FROM:" + sender + b" BODY=8BITMIME")
    client.begin(sender, recipient, parameters=parameters)
    assert client.message(MAIL).startswith(b"250")
    assert relay.sink.taken[1].recipients == [b"TO:" + recipient]


# Whose replies


def test_each_recipient_has_the_next_hops_own_reply(relay: Rig) -> None:
    relay.sink.answers[b"RCPT TO:<no@"] = b"550 5.1.1 no such user"
    relay.sink.answers[b"RCPT TO:<later@"] = b"451-4.7.1 greylisted\r\n451 4.7.1 come back"
    client = relay.client()
    replies = client.begin(b"<a@x.org>", b"<yes@x.org>", b"<no@x.org>", b"<later@x.org>")
    assert replies[1:] == [
        b"250 2.1.5 recipient ok\r\n",
        b"550 5.1.1 no such user\r\n",
        b"451-4.7.1 greylisted\r\n451 4.7.1 come back\r\n",
    ]
    assert client.message(MAIL).startswith(b"250")
    assert relay.sink.taken[0].recipients == [b"TO:<yes@x.org>"]


@pytest.mark.parametrize(
    ("answers", "reply"),
    [
        ({b"MAIL": b"550 5.7.1 not you"}, b"550 5.7.1 not you\r\n"),
        ({b"MAIL": b"451 4.7.1 later"}, b"451 4.7.1 later\r\n"),
        ({b".": b"554 5.7.1 spam"}, b"554 5.7.1 spam\r\n"),
        ({b".": b"452 4.3.1 full"}, b"452 4.3.1 full\r\n"),
        ({b"DATA": b"554 5.5.1 no"}, b"554 5.5.1 no\r\n"),
        ({b".": b"drop"}, b"451 4.4.2 "),
        ({b"MAIL": b"drop"}, b"451 4.4.2 "),
        ({b"RCPT": b"drop"}, b"451 4.4.2 "),
        ({b"DATA": b"drop"}, b"451 4.4.2 "),
        ({b"MAIL": b"421 4.3.2 closing"}, b"451 4.3.2 "),
        ({b".": b"421 4.3.2 closing"}, b"451 4.3.2 "),
        ({b"MAIL": b"399 what?"}, b"451 4.3.0 "),
        ({b".": b"no number"}, b"451 4."),
        ({b"DATA": b"250 not 354"}, b"451 4.3.0 "),
        ({b"MAIL": b"354 what?"}, b"451 4.3.0 "),
        ({b".": b"354 again"}, b"451 4.3.0 "),
        ({b"MAIL": b"550 " + b"a" * 506}, b"550 " + b"a" * 506 + b"\r\n"),
        ({b"MAIL": b"550 " + b"a" * 1000}, b"550 " + b"a" * 506 + b"\r\n"),
        (
            {b"MAIL": b"550 " + "aü".encode() * 300},
            b"550 " + "aü".encode() * 168 + b"a\r\n",
        ),
        ({b".": b"550-no\r\n" * 60 + b"550 end"}, b"550-no\r\n" * 60 + b"550 end\r\n"),
        ({b"MAIL": "550 für Sie nicht".encode()}, "550 für Sie nicht".encode()),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_next_hops_replies_go_back_and_trouble_is_451(
    relay: Rig, answers: dict[bytes, bytes], reply: bytes
) -> None:
    relay.sink.answers.update(answers)
    client = relay.client()
    replies = client.begin()
    last = replies[-1] if replies[-1][:1] != b"2" else client.message(MAIL)
    if replies[0][:1] != b"2":
        last = replies[0]
    assert last.startswith(reply)
    assert relay.sink.taken == []


def test_reply_that_is_no_utf_8_is_still_the_reply(relay: Rig) -> None:
    relay.sink.answers[b"."] = b"250 2.0.0 angenommen f\xfcr \x01Sie"
    client = relay.client()
    client.begin()
    assert client.message(MAIL) == b"250 2.0.0 angenommen f?r ?Sie\r\n"
    assert len(relay.sink.taken) == 1


def test_after_trouble_the_session_goes_on(relay: Rig) -> None:
    relay.sink.answers[b"."] = b"drop"
    client = relay.client()
    client.begin()
    assert client.message(MAIL).startswith(b"451")
    relay.sink.answers.clear()
    assert client.deliver(MAIL).startswith(b"250")


def test_all_recipients_refused_means_no_data(relay: Rig) -> None:
    relay.sink.answers[b"RCPT"] = b"550 5.1.1 nobody"
    client = relay.client()
    client.begin()
    assert client.command(b"DATA").startswith(b"503 5.5.1")
    assert b"DATA" not in relay.sink.commands


def test_rset_reaches_the_next_hop_before_the_next_mail(relay: Rig) -> None:
    client = relay.client()
    client.begin()
    assert client.command(b"RSET").startswith(b"250")
    client.deliver(MAIL)
    assert b"RSET" in relay.sink.commands
    assert len(relay.sink.taken) == 1
    assert relay.sink.taken[0].recipients == [b"TO:<b@example.org>"]


def test_stale_connection_is_opened_anew(relay: Rig) -> None:
    client = relay.client()
    client.deliver(MAIL)
    dropped: list[bytes] = []

    def once(command: bytes) -> bytes | None:
        dropped.append(command)
        return b"drop" if len(dropped) == 1 else None

    relay.sink.answers[b"MAIL"] = once
    assert client.deliver(MAIL).startswith(b"250")
    assert len(relay.sink.taken) == 2


def test_connection_that_is_opened_anew_is_asked_for_what_it_offers() -> None:
    """Behind one name there may be hosts that differ."""
    with rig() as running:
        client, sink = running.client(), running.sink
        client.deliver(MAIL)
        sink.extensions = ()
        sink.answers[b"MAIL FROM:<a@example.com> "] = b"drop"
        assert client.deliver(MAIL, parameters=b" SIZE=100").startswith(b"250")
        assert sink.taken[1].mail == b"FROM:<a@example.com>"


@pytest.mark.parametrize(
    ("answers", "at", "cause"),
    [
        ({b"CONNECT": b"554 secret"}, "MAIL", 554),
        ({b"EHLO": b"drop"}, "MAIL", "SMTPServerDisconnected"),
        ({b"EHLO": b"502 secret", b"HELO": b"550 secret"}, "MAIL", 550),
        ({b"MAIL": b"421 secret"}, "MAIL", 421),
        ({b"RCPT": b"drop"}, "RCPT", "SMTPServerDisconnected"),
        ({b".": b"421 secret"}, "DATA", 421),
        ({b".": b"secret"}, "DATA", "SMTPResponseException"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_log_of_trouble_names_the_next_hop_and_the_cause_without_its_text(
    answers: dict[bytes, bytes], at: str, cause: int | str
) -> None:
    with rig(Sink(answers=answers)) as running:
        client = running.client()
        if all(reply.startswith(b"250") for reply in client.begin()):
            client.message(MAIL)
        line = next(line for line in running.log() if line["event"] == "trouble")
        hop = f"127.0.0.1:{running.sink.port}"
        assert line["error"] == "next-hop"
        assert (line["at"], line["next_hop"], line["cause"]) == (at, hop, cause)
        assert "secret" not in running.stream.getvalue()


def test_next_hop_down_is_451_at_mail_and_works_again_later() -> None:
    sink = Sink()
    with rig(sink) as running:
        sink.stop()
        client = running.client()
        assert client.command(b"MAIL FROM:<a@x.org>").startswith(b"451 4.4.1 ")
        running.loop.run(sink.start())
        assert client.deliver(MAIL).startswith(b"250")


def test_silent_next_hop_is_451() -> None:
    from relay_next_hop import Timeouts

    with socket.create_server(("127.0.0.1", 0)) as silent:
        hop = NextHop("127.0.0.1", silent.getsockname()[1])
        with rig(
            hop=hop, timeouts=Timeouts(connect=0.3, command=0.3, final=0.3)
        ) as running:
            client = running.client()
            assert client.command(b"MAIL FROM:<a@x.org>").startswith(b"451 4.4.1 ")


# What we offer


def test_offer_is_what_both_can_do() -> None:
    with rig(Sink(extensions=("SIZE 1000000",)), max_size=5_000_000) as running:
        reply = running.client(greet=False)
        reply.reply()
        offered = reply.command(b"EHLO x.org")
        assert b"SIZE 750000\r\n" in offered
        assert b"8BITMIME" not in offered
        assert b"SMTPUTF8" not in offered
        assert b"DSN" not in offered
        assert b"CHUNKING" not in offered
        assert b"AUTH" not in offered


def test_8_bit_message_for_a_7_bit_next_hop_is_refused() -> None:
    with rig(Sink(extensions=())) as running:
        client = running.client()
        client.begin()
        assert client.message(MESSAGES["8-bit"]).startswith(b"554 5.6.3")
        assert client.deliver(MAIL).startswith(b"250")


def test_message_that_only_fits_without_the_signature_passes_unsigned() -> None:
    sink = Sink(extensions=("SIZE 1400", "8BITMIME"))
    with rig(sink, policy=lambda hop: Shouting(hop, b"x" * 500)) as running:
        big = b"S: x\r\n\r\n" + (b"a" * 70 + b"\r\n") * 12
        assert running.client().deliver(big).startswith(b"250")
        assert running.sink.taken[0].without_received == big
        assert running.log()[-1]["passed_unsigned"] == "too big for the next hop"


def test_message_that_must_be_signed_and_then_has_no_room_waits() -> None:
    sink = Sink(extensions=("SIZE 1400", "8BITMIME"))
    big = b"S: x\r\n\r\n" + (b"a" * 70 + b"\r\n") * 17
    with rig(sink, policy=lambda hop: signing(hop, require=True)) as running:
        assert running.client().deliver(big).startswith(b"451 4.7.1 ")
        assert running.client().deliver(MAIL).startswith(b"250")
        assert len(running.sink.taken) == 1


def test_policy_that_waits_for_others_lets_the_others_go_on() -> None:
    class Waiting(Policy):
        waits = True

        def handle(self, transaction: Transaction, content: bytes) -> Delivery:
            assert threading.current_thread() is not loop
            return Delivery([content], "unchanged")

    with rig(policy=Waiting) as running:
        loop = running.loop.thread
        assert running.client().deliver(MAIL).startswith(b"250")


def test_message_announced_as_7_bit_stays_7_bit() -> None:
    def policy(hop: NextHop) -> Policy:
        return Shouting(hop, "Grüße".encode())

    with rig(policy=policy) as running:
        client = running.client()
        client.deliver(MAIL, parameters=b" BODY=7BIT")
        client.deliver(MAIL)
        first, second = running.sink.taken
        assert first.without_received == MAIL
        assert second.without_received == MAIL + "Grüße\r\n".encode()


def test_policy_that_would_smuggle_is_not_believed() -> None:
    def policy(hop: NextHop) -> Policy:
        return Shouting(hop, b"a\n.\nMAIL FROM:<evil@x.org>")

    with rig(policy=policy) as running:
        assert running.client().deliver(MAIL).startswith(b"250")
        assert running.sink.taken[0].without_received == MAIL
        assert running.log()[-1]["passed_unsigned"] == "would hold a bare CR or LF"


class Shouting(Policy):
    def __init__(self, hop: NextHop, word: bytes) -> None:
        super().__init__(hop)
        self.word = word

    def handle(self, transaction: Transaction, content: bytes) -> Delivery:
        if self.word == b"bug":
            raise RuntimeError(f"secret {content!r}")
        return Delivery([content, self.word + b"\r\n"], "shouted")


# Our own trouble


def test_bug_in_the_policy_is_451_and_tells_nothing() -> None:
    with rig(policy=lambda hop: Shouting(hop, b"bug")) as running:
        client = running.client()
        client.begin()
        assert client.message(MAIL) == b"451 4.3.0 internal error, try later\r\n"
        assert client.command(b"NOOP").startswith(b"250")
        assert running.sink.taken == []
        assert "secret" not in running.stream.getvalue()
        assert running.log()[0]["error"] == "RuntimeError"


def test_log_that_nobody_takes_costs_no_message() -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError("no space left on device")

    with rig() as running:
        running.relay.monitor._stream = Full()
        assert running.client().deliver(MAIL).startswith(b"250")
        assert len(running.sink.taken) == 1


def test_unsignable_message_passes_or_waits_as_configured() -> None:
    sealed = (EXAMPLES / "mail" / "signed.eml").read_bytes()
    with rig() as running:
        assert running.client().deliver(sealed).startswith(b"250")
        stamped = running.sink.taken[0].without_received
        assert stamped == b"X-Mailsig-Handled: Yes\r\n" + sealed
    with rig(policy=lambda hop: signing(hop, require=True)) as running:
        client = running.client()
        client.begin()
        assert client.message(sealed).startswith(
            b"451 4.7.1 this message could not be signed"
        )
        handled = b"X-Mailsig-Handled: Yes\r\n" + MAIL
        assert client.deliver(handled).startswith(b"250"), "it was signed before"


def test_client_that_left_before_the_dot_reached_the_next_hop_gets_nothing_delivered() -> (
    None
):
    arrived, go_on = threading.Event(), threading.Event()

    class Slow(Policy):
        def handle(self, transaction: Transaction, content: bytes) -> Delivery:
            arrived.set()
            go_on.wait(10)
            return Delivery([content], "slow")

    with rig(policy=Slow) as running:
        client = running.client()
        client.begin()
        client.command(b"DATA")
        # Large enough to be handled beside the event loop.
        client.send(b"S: x\r\n\r\n" + (b"a" * 78 + b"\r\n") * 5000 + b".\r\n")
        assert arrived.wait(10)
        client.close()
        wait_for(lambda: not running.relay.sessions)
        go_on.set()
        wait_for(lambda: running.log())
        assert running.log()[-1]["outcome"] == "not-delivered"
        assert running.sink.taken == []


def test_client_that_leaves_while_the_next_hop_thinks_is_delivered_once() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(_: bytes) -> None:
        asked.set()
        go_on.wait(10)

    sink = Sink()
    with rig() as other, rig(sink, hop=None) as running:
        # The sink answers from its own loop, so that the relay's loop stays free.
        hop = NextHop("127.0.0.1", other.sink.port)
        running.relay.policy.next_hop = hop
        other.sink.answers[b"."] = slow
        client = running.client()
        client.begin()
        client.command(b"DATA")
        client.send(MAIL + b".\r\n")
        assert asked.wait(10)
        client.close()
        wait_for(lambda: not running.relay.sessions)
        go_on.set()
        wait_for(lambda: other.sink.taken)
        wait_for(lambda: running.log())
        assert running.log()[-1]["heard"] is False
        assert running.log()[-1]["reply"] == 250


# Limits and doors


def test_stranger_is_refused_at_the_door() -> None:
    import ipaddress

    with rig(networks=(ipaddress.ip_network("192.0.2.0/24"),)) as running:
        client = running.client(greet=False)
        assert client.reply() == b"554 5.7.1 not for you\r\n"
        assert client.reply() == b""


def test_relay_refuses_to_listen_to_everybody() -> None:
    from relay_server import ConfigError, RelayConfig

    with pytest.raises(ConfigError, match=r"0\.0\.0\.0 is not loopback"):
        RelayConfig(listen="0.0.0.0")
    with pytest.raises(ConfigError, match="must be an IP address"):
        RelayConfig(listen="localhost")


def test_one_session_too_many_is_told_421() -> None:
    with rig(max_connections=2) as running:
        first, _ = running.client(), running.client()
        third = running.client(greet=False)
        assert third.reply().startswith(b"421 4.3.2")
        assert third.reply() == b""
        assert first.command(b"NOOP").startswith(b"250")


def test_memory_is_reserved_before_354() -> None:
    with rig(memory=1_000_000, max_size=200_000, growth=0) as running:
        other, client = running.client(), running.client()
        other.begin(parameters=b" SIZE=120000")
        assert other.command(b"DATA").startswith(b"354")
        client.begin(parameters=b" SIZE=90000")
        assert client.command(b"DATA").startswith(b"452 4.3.1")
        client.command(b"RSET")
        client.begin()
        said = client.message(b"S: x\r\n\r\n" + b"a" * 150_000 + b"\r\n")
        assert said.startswith(b"452 4.3.1"), "grew beyond what was to be had"
        assert client.deliver(MAIL).startswith(b"250")
        other.send(MAIL + b".\r\n")
        assert other.reply().startswith(b"250")
        assert running.relay.memory.free == 1_000_000


def test_memory_is_enough_for_one_message_of_the_greatest_size() -> None:
    from relay_server import RelayConfig

    least = 5 * (200_000 + 4_000)
    with pytest.raises(ValueError, match=f"memory must be at least {least} "):
        RelayConfig(max_size=200_000, growth=4_000, memory=least - 1)
    with rig(memory=least, max_size=200_000, growth=4_000) as running:
        content = b"S: x\r\n\r\n" + (b"a" * 78 + b"\r\n") * 2499 + b"b" * 70 + b"\r\n"
        assert 199_900 < len(content) <= 200_000
        assert running.client().deliver(content).startswith(b"250")


def test_size_limit_is_told_and_kept() -> None:
    with rig(max_size=10_000) as running:
        client = running.client()
        assert client.command(b"MAIL FROM:<a@x.org> SIZE=99999999999").startswith(
            b"552 5.3.4"
        )
        client.begin(parameters=b" SIZE=5")
        assert client.message(b"S: x\r\n\r\n" + b"a" * 10_000 + b"\r\n").startswith(
            b"552 5.3.4"
        )
        assert client.deliver(MAIL, parameters=b" SIZE=5").startswith(b"250")


def test_size_limit_of_the_next_hop_counts_too() -> None:
    with rig(Sink(extensions=("SIZE 10000", "8BITMIME"))) as running:
        client = running.client()
        assert client.command(b"MAIL FROM:<a@x.org> SIZE=10001").startswith(b"552 5.3.4")
        client.begin()
        assert client.message(b"S: x\r\n\r\n" + b"a" * 10_000 + b"\r\n").startswith(
            b"552 5.3.4"
        )
        assert client.deliver(MAIL, parameters=b" SIZE=9000").startswith(b"250")


def test_too_many_recipients_are_told_452() -> None:
    with rig(max_recipients=2) as running:
        replies = running.client().begin(
            b"<a@x.org>", b"<b@x.org>", b"<c@x.org>", b"<d@x.org>"
        )
        assert [reply[:3] for reply in replies] == [b"250", b"250", b"250", b"452"]


@pytest.mark.parametrize("command", [b"", b"MAIL FROM:<a@x.org>", b"DATA"])
def test_timeouts_end_a_session_that_stands_still(command: bytes) -> None:
    with rig(command_seconds=0.4, data_idle_seconds=0.4) as running:
        client = running.client()
        if command == b"DATA":
            client.begin()
        if command:
            client.command(command)
        assert client.reply().startswith(b"421 4.4.2")
        assert client.reply() == b""


def test_clock_stands_still_while_the_next_hop_works() -> None:
    with rig(command_seconds=0.3) as running, rig() as other:
        other.sink.answers[b"."] = lambda _: time.sleep(1)
        running.relay.policy.next_hop = NextHop("127.0.0.1", other.sink.port)
        assert running.client().deliver(MAIL).startswith(b"250")


def test_slow_but_live_upload_is_not_cut_off() -> None:
    with rig(command_seconds=0.5, data_idle_seconds=0.5) as running:
        client = running.client()
        client.begin()
        client.command(b"DATA")
        for _ in range(10):
            client.send(b"S: x\r\n")
            time.sleep(0.15)
        client.send(b".\r\n")
        assert client.reply().startswith(b"250")


# TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from relay_certificates import make

    return make(tmp_path_factory.mktemp("certificates"))


def server_context(certificates: dict[str, Path], ca: str | None = None) -> ssl.SSLContext:
    from smtp_relay import server_context as build

    client_ca = certificates[ca] if ca else None
    context = build(certificates["server"], None, client_ca)
    assert context is not None
    return context


def trusting(certificates: dict[str, Path], shown: str | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificates["ca"]))
    if shown:
        context.load_cert_chain(certificates[shown])
    return context


def test_starttls_in_and_out_with_certificates(certificates: dict[str, Path]) -> None:
    sink = Sink(context=server_context(certificates, "ca"))
    with rig(
        sink, tls_context=server_context(certificates, "ca"), require_tls=True
    ) as running:
        running.relay.policy.next_hop = NextHop(
            "127.0.0.1",
            sink.port,
            tls="required",
            context=trusting(certificates, "client"),
            server_name="localhost",
        )
        client = running.client()
        assert client.command(b"MAIL FROM:<a@x.org>").startswith(b"530")
        client.starttls(trusting(certificates, "client"))
        assert client.command(b"MAIL FROM:<a@x.org>").startswith(b"503"), (
            "EHLO is forgotten"
        )
        assert b"STARTTLS" not in client.command(b"EHLO x.org")
        assert client.deliver(MAIL).startswith(b"250")
        taken = sink.taken[0]
        assert b"with ESMTPS id" in taken.content
        wanted = ssl.PEM_cert_to_DER_cert(
            certificates["client"].read_text().partition("-----BEGIN PRIVATE")[0]
        )
        assert taken.certificate == wanted


def test_client_without_the_right_certificate_is_refused(
    certificates: dict[str, Path],
) -> None:
    with rig(tls_context=server_context(certificates, "ca"), require_tls=True) as running:
        for shown in (None, "stranger"):
            client = running.client()
            assert greeting_under_tls(client, trusting(certificates, shown)) == b""
        assert running.sink.commands == []


def greeting_under_tls(client: Client, context: ssl.SSLContext) -> bytes:
    try:
        client.starttls(context)
        client.send(b"EHLO x.org\r\n")
        return client.reply()
    except OSError:  # before TLS 1.3 the handshake tells, since then the first read
        return b""


def test_next_hop_with_a_wrong_name_or_no_tls_gets_nothing(
    certificates: dict[str, Path],
) -> None:
    for sink in (Sink(context=server_context(certificates)), Sink()):
        with rig(sink) as running:
            running.relay.policy.next_hop = NextHop(
                "127.0.0.1",
                sink.port,
                tls="required",
                context=trusting(certificates),
                server_name="other.example",
            )
            client = running.client()
            assert client.command(b"MAIL FROM:<a@x.org>").startswith(b"451 4.4.1")
            assert not any(line.startswith(b"MAIL") for line in sink.commands)


def test_opportunistic_tls_is_used_where_offered(certificates: dict[str, Path]) -> None:
    sink = Sink(context=server_context(certificates))
    with rig(sink) as running:
        hop = NextHop("127.0.0.1", sink.port, tls="opportunistic")
        running.relay.policy.next_hop = hop
        assert running.client().deliver(MAIL).startswith(b"250")
        assert b"STARTTLS" in sink.commands


@pytest.mark.parametrize("ahead", [b"MAIL FROM:<a@x.org>\r\n", b"x"])
def test_text_sent_ahead_of_the_handshake_ends_the_session(
    certificates: dict[str, Path], ahead: bytes
) -> None:
    with rig(tls_context=server_context(certificates)) as running:
        client = running.client()
        client.send(b"STARTTLS\r\n" + ahead)
        assert client.reply().startswith(b"501 5.5.1")
        assert client.reply() == b""
        assert not any(line.startswith(b"MAIL") for line in running.sink.commands)


# Life


def test_drain_ends_idle_sessions_and_finishes_what_has_begun() -> None:
    with rig() as running:
        idle, busy, port = running.client(), running.client(), running.relay.port
        busy.begin()
        drained = asyncio.run_coroutine_threadsafe(running.relay.drain(), running.loop.loop)
        assert idle.reply().startswith(b"421 4.3.2")
        assert idle.reply() == b""
        assert busy.message(MAIL).startswith(b"250")
        assert busy.reply().startswith(b"421")
        drained.result(10)
        with pytest.raises(ConnectionRefusedError):
            Client(port)
        assert len(running.sink.taken) == 1


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Rig, int, int]]:
    from relay_tools import free_port

    with rig() as running:
        port, monitor = free_port(), free_port()
        process = subprocess.Popen(
            [
                sys.executable, EXAMPLES / "smtp_relay.py", "serve",
                "--listen", f"127.0.0.1:{port}",
                "--next-hop", f"127.0.0.1:{running.sink.port}",
                "--monitor-port", str(monitor),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert process.stderr is not None
        assert json.loads(process.stderr.readline())["event"] == "listening"
        yield process, running, port, monitor
        if process.poll() is None:
            process.kill()
        process.stderr.close()
        process.wait(10)


def test_serve_relays_counts_and_drains_on_sigterm(
    serve: tuple[subprocess.Popen[str], Rig, int, int],
) -> None:
    process, running, port, monitor = serve
    client = Client(port)
    assert client.deliver(MAIL).startswith(b"250")
    assert b"+49 30 555 0100" in running.sink.taken[0].content
    url = f"http://127.0.0.1:{monitor}"
    assert urllib.request.urlopen(url + "/healthz", timeout=5).read() == b"ok\n"
    counters = urllib.request.urlopen(url + "/metrics", timeout=5).read()
    assert b'mailsig_messages_total{outcome="injected",reply="2xx"} 1.0' in counters
    client.begin()
    process.send_signal(signal.SIGTERM)

    def draining() -> bool:
        try:
            urllib.request.urlopen(url + "/healthz", timeout=5)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code == 503
        return False

    wait_for(draining)
    assert client.message(MAIL).startswith(b"250")
    client.close()
    assert process.wait(20) == 0
    assert process.stderr is not None
    log = process.stderr.read()
    assert "Hello" not in log
    assert "example.com" not in log
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events == ["message", "draining", "message", "stopped"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--next-hop", "127.0.0.1:25", "--listen", "0.0.0.0:2525"], 64),
        (["--next-hop", "nowhere"], 64),
        (["--next-hop", "127.0.0.1:0"], 64),
        (["--next-hop", "127.0.0.1:65536"], 64),
        (["--next-hop", "127.0.0.1:25", "--listen", "2525"], 64),
        (["--next-hop", "127.0.0.1:25", "--require-tls"], 64),
        (["--next-hop", "127.0.0.1:25", "--tls-cert", "/nonexistent"], 64),
        (["--next-hop", "127.0.0.1:25", "--placement", "middle"], 64),
        (["--next-hop", "127.0.0.1:25", "--memory", "200000000"], 64),
        (["--next-hop", "127.0.0.1:25", "--max-size", "200000000"], 64),
        (["--next-hop", "127.0.0.1:25", "--people", "/nonexistent"], 64),
        (["--next-hop", "127.0.0.1:25", "--html", "/nonexistent"], 66),
    ],
    ids=lambda value: " ".join(value[2:]) if isinstance(value, list) else str(value),
)
def test_serve_refuses_what_it_cannot_do_safely(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    import smtp_relay

    assert smtp_relay.main(["serve", *arguments]) == code
    assert capsys.readouterr().err.startswith("smtp_relay.py serve: ")


@pytest.mark.parametrize("option", ["--listen", "--monitor-port"])
def test_port_that_is_taken_is_named(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import smtp_relay

    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        arguments = ["--listen", "127.0.0.1:0", "--next-hop", "127.0.0.1:25"]
        arguments += [option, place.removeprefix("127.0.0.1:" * (option != "--listen"))]
        assert smtp_relay.main(["serve", *arguments]) == 69
    said = capsys.readouterr().err.lower()
    assert said == f"smtp_relay.py serve: can't listen on {place}: address already in use\n"


@pytest.mark.parametrize(
    "option", ["tls-cert", "tls-key", "client-ca", "next-hop-ca", "next-hop-cert"]
)
def test_certificate_that_cannot_be_used_is_named_with_its_option(
    option: str,
    certificates: dict[str, Path],
    unusable: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import smtp_relay

    arguments = ["--next-hop", "127.0.0.1:25", "--next-hop-tls", "required"]
    arguments += ["--tls-cert", str(certificates["server"]), f"--{option}", str(unusable)]
    assert smtp_relay.main(["serve", *arguments]) == 64
    said = capsys.readouterr().err
    assert f"--{option} {unusable}: " in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--allow", "foo"],
            "--allow must be one of auto-submitted, calendar, tnef, got 'foo'",
        ),
        (
            ["--allow", "signed"],
            "--allow must be one of auto-submitted, calendar, tnef, got 'signed'",
        ),
        (
            ["--people", "p", "--signatures", "s", "--html", "h"],
            "--html and --people don't go together",
        ),
        (
            ["--people", "p", "--signatures", "s", "--reply-text", "h"],
            "--reply-text and --people don't go together",
        ),
        (
            ["--people", "p", "--signatures", "s", "--image", "h"],
            "--image and --people don't go together",
        ),
        (["--people", "p"], "--people and --signatures belong together"),
        (["--tls-key", "k"], "--tls-key needs --tls-cert"),
        (
            ["--next-hop-ca", "c"],
            "--next-hop-ca and --next-hop-cert need --next-hop-tls required",
        ),
        (["--hostname", "a b"], "hostname must be a domain name or [IP], got 'a b'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_argument_that_would_do_nothing_or_harm_is_refused_in_plain_words(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import smtp_relay

    assert smtp_relay.main(["serve", "--next-hop", "127.0.0.1:25", *arguments]) == 64
    assert capsys.readouterr().err == f"smtp_relay.py serve: {said}\n"


TENANT = ["--tenant", "x", "--tls-cert", "x", "--tls-key", "x"]


@pytest.mark.parametrize(
    ("package", "script", "arguments"),
    [
        ("aiosmtpd", "smtp_relay.py", ["serve", "--next-hop", "127.0.0.1:25"]),
        ("prometheus_client", "smtp_relay.py", ["serve", "--next-hop", "127.0.0.1:25"]),
        ("kilter.protocol", "postfix_milter.py", []),
        ("prometheus_client", "postfix_milter.py", []),
        ("aiosmtplib", "m365_round_trip.py", ["serve", *TENANT]),
        ("dkim", "m365_round_trip.py", ["serve", *TENANT]),
        ("kilter.protocol", "m365_round_trip.py", ["milter", "--tenant", "x"]),
        ("cryptography", "m365_round_trip.py", ["demo"]),
    ],
)
def test_package_that_is_missing_is_named_in_one_line(
    package: str, script: str, arguments: list[str]
) -> None:
    program = (
        f"import runpy, sys; sys.modules[{package!r}] = None;"
        f"sys.argv = {[script, *arguments]!r}; sys.path.insert(0, {str(EXAMPLES)!r});"
        f"runpy.run_path({str(EXAMPLES / script)!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 69, done.stderr
    assert done.stderr.startswith(script)
    assert f": {package}" in done.stderr
    assert done.stderr.endswith(" is missing: pip install '.[examples]'\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("program", "defaults"),
    [
        (
            ["smtp_relay", "serve"],
            "127.0.0.1:2525 localhost 52428800 100 536870912 60 none",
        ),
        (["postfix_milter"], "127.0.0.1:12031 52428800"),
        (
            ["m365_round_trip", "serve"],
            "127.0.0.1:2525 localhost 52428800 100 536870912 60",
        ),
        (["m365_round_trip", "milter"], "127.0.0.1:12031"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_help_shows_the_defaults(
    program: list[str], defaults: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main = importlib.import_module(program[0]).main
    with pytest.raises(SystemExit):
        main([*program[1:], "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for default in defaults.split():
        assert f"(default: {default})" in said


NUMBERS = [
    ("--monitor-port", "99999", "an int within 0..65535"),
    ("--max-size", "-1", "an int within 1..1099511627776"),
    ("--max-connections", "0", "an int within 1..100000"),
    ("--max-connections", "2.5", "an int within 1..100000"),
    ("--memory", "5", "an int within 1048576..1099511627776"),
    ("--drain-seconds", "-3", "a number within 0..86400"),
    ("--drain-seconds", "nan", "a number within 0..86400"),
]


@pytest.mark.parametrize(("option", "value", "rule"), NUMBERS, ids=str)
def test_number_out_of_bounds_is_told_the_bounds(
    option: str, value: str, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import smtp_relay

    with pytest.raises(SystemExit) as caught:
        smtp_relay.main(["serve", "--next-hop", "127.0.0.1:25", option, value])
    assert caught.value.code == 64
    said = capsys.readouterr().err
    assert said.endswith(f"argument {option}: must be {rule}, got '{value}'\n")


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("--listen", "2525", "--listen must be HOST:PORT, PORT within 0..65535"),
        ("--next-hop", "x:0", "--next-hop must be HOST:PORT, PORT within 1..65535"),
        ("--allow-network", "192.0.2.1/24", "argument --allow-network: 192.0.2.1/24 has"),
    ],
    ids=lambda value: value.split()[0],
)
def test_place_that_is_none_is_told_with_its_option(
    option: str, value: str, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import smtp_relay

    try:
        code = smtp_relay.main(["serve", "--next-hop", "127.0.0.1:25", option, value])
    except SystemExit as ended:
        code = ended.code
    assert code == 64
    assert (
        capsys.readouterr().err.splitlines()[-1].startswith(f"smtp_relay.py serve: {rule}")
    )
