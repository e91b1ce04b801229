"""Hostile input for the relay, and the one outcome that each must have.

Smuggling needs two servers that disagree about where a message ends or what a line is; so
each row is judged by what the next hop got. The relay is one for all rows: whatever a row
does to it, the next one must find it well.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from relay_tools import (
    Client,
    Rig,
    free_port,
    relay_program,
    resident,
    rig,
    wait_for,
)

HIDDEN = (
    b"MAIL FROM:<evil@x.org>\r\nRCPT TO:<victim@x.org>\r\nDATA\r\n"
    b"Subject: evil\r\n\r\nx\r\n"
)
LIMIT = 1_000_000


@pytest.fixture(scope="module")
def shared_rig() -> Iterator[Rig]:
    with rig(max_size=LIMIT, command_seconds=20) as running:
        yield running


@pytest.fixture
def relay(shared_rig: Rig) -> Iterator[Rig]:
    shared_rig.sink.taken.clear()
    shared_rig.sink.commands.clear()
    yield shared_rig
    shared_rig.sink.taken.clear()
    after = shared_rig.client()
    assert after.deliver(b"Subject: well\r\n\r\nx\r\n").startswith(b"250"), "still well"
    after.close()


def data(client: Client, octets: bytes) -> bytes:
    client.begin()
    assert client.command(b"DATA").startswith(b"354")
    client.send(octets)
    return client.reply()


ENDS = {
    "LF.LF": b"\n.\n",
    "LF.CRLF": b"\n.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CR.CR": b"\r.\r",
    "CR.CRLF": b"\r.\r\n",
    "CRLF.CR": b"\r\n.\r",
    "LF.CR": b"\n.\r",
    "CR.LF": b"\r.\n",
    "CRLF.CRCRLF": b"\r\n.\r\r\n",
    "CRLF.NUL CRLF": b"\r\n.\0\r\n",
    "CRLF NUL.CRLF": b"\r\n\0.\r\n",
    "LFCR.LFCR": b"\n\r.\n\r",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_half_an_end_of_data_is_no_end_and_is_refused(relay: Rig, end: bytes) -> None:
    client = relay.client()
    reply = data(client, b"Subject: x\r\n\r\nx" + end + HIDDEN + b".\r\n")
    assert reply.startswith(b"554 5.6.0")
    assert relay.sink.taken == []
    assert not any(b"evil" in command for command in relay.sink.commands)
    assert client.command(b"NOOP").startswith(b"250"), "in step"


def test_cr_before_the_true_end_is_refused_and_the_next_transaction_counts(
    relay: Rig,
) -> None:
    client = relay.client()
    assert data(client, b"Subject: x\r\n\r\nx\r\r\n.\r\n" + HIDDEN + b".\r\n")[:3] == b"554"
    assert [client.reply()[:3] for _ in range(4)] == [b"250", b"250", b"354", b"250"]
    assert [taken.mail[:19] for taken in relay.sink.taken] == [b"FROM:<evil@x.org> B"]


@pytest.mark.parametrize(
    "body",
    [b"a\nb\r\n", b"a\rb\r\n", b"a\0b\r\n", b"\n\r\n", b"\r\r\n", b"a\n", b"a\r\n\n"],
    ids=repr,
)
def test_bare_cr_lf_and_nul_in_a_message_are_refused(relay: Rig, body: bytes) -> None:
    client = relay.client()
    assert data(client, b"Subject: x\r\n\r\n" + body + b"\r\n.\r\n").startswith(
        b"554 5.6.0"
    )
    assert relay.sink.taken == []


def test_dot_and_blank_is_a_line_of_the_message(relay: Rig) -> None:
    client = relay.client()
    assert data(client, b"Subject: x\r\n\r\n. \r\n.\r\n").startswith(b"250")
    assert b"\r\n \r\n" in relay.sink.taken[0].content


LINES = {
    "bare LF": b"RCPT TO:<b@x.org>\nRCPT TO:<evil@x.org>\r\n",
    "bare LF at the end": b"RSET\n",
    "bare CR": b"RCPT TO:<b@x.org>\rRCPT TO:<evil@x.org>\r\n",
    "CR CR LF": b"RCPT TO:<b@x.org>\r\r\n",
    "NUL": b"RCPT TO:<b@x.org>\0\r\n",
    "GET": b"GET / HTTP/1.1\r\nHost: x\r\n\r\nRCPT TO:<evil@x.org>\r\n",
    "POST": b"POST / HTTP/1.1\r\n\r\nMAIL FROM:<evil@x.org>\r\n",
    "CONNECT": b"CONNECT x:25 HTTP/1.1\r\n\r\n",
    "endless": b"RCPT TO:<" + b"a" * 200_000,
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_line_that_is_none_ends_the_session(relay: Rig, line: bytes) -> None:
    client = relay.client()
    client.command(b"MAIL FROM:<a@x.org>")
    client.send(line + b"RCPT TO:<evil@x.org>\r\nDATA\r\nevil\r\n.\r\n")
    assert client.reply()[:1] == b"5"
    assert client.reply() == b""
    assert relay.sink.taken == []
    assert not any(b"evil" in command for command in relay.sink.commands)


ADDRESSES = {
    "encoded word": b"<=?us-ascii?q?victim?=@x.org>",
    "encoded word with CRLF": b"<=?us-ascii?q?a=40x.org=3E=0D=0ARCPT_TO:?=@x.org>",
    "encoded word in quotes": b'<"=?us-ascii?q?a?="@x.org>',
    "comment": b"<a(comment)@x.org>",
    "source route": b"<@evil.org:a@x.org>",
    "two at signs": b"<a@b@x.org>",
    "no closing bracket": b"<a@x.org",
    "no brackets": b"a@x.org",
    "display name": b"A <a@x.org>",
    "text behind": b"<a@x.org>evil",
    "two addresses": b"<a@x.org>,<b@x.org>",
    "two paths": b"<a@x.org> <evil@x.org>",
    "blank inside": b"<a b@x.org>",
    "tab inside": b"<a\tb@x.org>",
    "open quote": b'<"a@x.org>',
    "quote inside": b'<a"b@x.org>',
    "control character": b"<a\x01@x.org>",
    "DEL": b"<a\x7f@x.org>",
    "no domain": b"<a@>",
    "no local part": b"<@x.org>",
    "bracket inside": b"<a<b@x.org>",
    "empty literal": b"<a@[]>",
    "too long": b"<" + b"a" * 600 + b"@x.org>",
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_malformed_and_disguised_addresses_are_refused(relay: Rig, address: bytes) -> None:
    client = relay.client()
    assert client.command(b"MAIL FROM:" + address)[:3] == b"501"
    client.command(b"MAIL FROM:<a@x.org>")
    assert client.command(b"RCPT TO:" + address)[:3] == b"501"
    assert not any(b"RCPT" in command for command in relay.sink.commands)


def test_null_sender_is_no_recipient(relay: Rig) -> None:
    client = relay.client()
    assert client.command(b"MAIL FROM:<>").startswith(b"250")
    assert client.command(b"RCPT TO:<>")[:3] == b"501"


@pytest.mark.parametrize(
    "address", [b"<\xc3\xbc@x.org>", b"<a@\xc3\xbc.org>", b"<\xff@x.org>"]
)
def test_8_bit_address_needs_smtputf8_and_utf_8(relay: Rig, address: bytes) -> None:
    client = relay.client()
    assert client.command(b"MAIL FROM:" + address).startswith(b"553 5.6.7")
    client.command(b"MAIL FROM:<a@x.org>")
    assert client.command(b"RCPT TO:" + address).startswith(b"553 5.6.7")
    client.command(b"RSET")
    with_utf8 = client.command(b"MAIL FROM:" + address + b" SMTPUTF8")
    assert with_utf8[:3] == (b"553" if b"\xff" in address else b"250")


PARAMETERS = {
    b"RET=FULL": b"555",
    b"ENVID=abc": b"555",
    b"AUTH=<>": b"555",
    b"BODY=BINARYMIME": b"555",
    b"BODY": b"555",
    b"SIZE": b"555",
    b"SIZE=-1": b"555",
    b"SIZE=1e9": b"555",
    b"SIZE=99999999999999999999999": b"555",
    b"SIZE=99999999999": b"552",
    b"SIZE=1 SIZE=2": b"501",
    b"SMTPUTF8=yes": b"555",
    b"XEVIL": b"555",
    b"=": b"501",
    b"A==B": b"501",
}


@pytest.mark.parametrize(
    ("parameter", "code"), PARAMETERS.items(), ids=lambda v: repr(v)[2:30]
)
def test_parameters_of_mail_are_known_or_refused(
    relay: Rig, parameter: bytes, code: bytes
) -> None:
    client = relay.client()
    assert client.command(b"MAIL FROM:<a@x.org> " + parameter)[:3] == code
    assert not any(b"MAIL" in command for command in relay.sink.commands)


@pytest.mark.parametrize("parameter", [b"NOTIFY=NEVER", b"ORCPT=rfc822;a@x.org", b"X=Y"])
def test_parameters_of_rcpt_are_refused(relay: Rig, parameter: bytes) -> None:
    client = relay.client()
    client.command(b"MAIL FROM:<a@x.org>")
    assert client.command(b"RCPT TO:<b@x.org> " + parameter).startswith(b"555 5.5.4")


SEQUENCES = {
    "MAIL before EHLO": ([b"MAIL FROM:<a@x.org>"], b"503", False),
    "RCPT before MAIL": ([b"RCPT TO:<a@x.org>"], b"503", True),
    "DATA before RCPT": ([b"MAIL FROM:<a@x.org>", b"DATA"], b"503", True),
    "nested MAIL": ([b"MAIL FROM:<a@x.org>", b"MAIL FROM:<a@x.org>"], b"503", True),
    "DATA with text": (
        [b"MAIL FROM:<a@x.org>", b"RCPT TO:<b@x.org>", b"DATA x"],
        b"501",
        True,
    ),
    "BDAT": ([b"MAIL FROM:<a@x.org>", b"RCPT TO:<b@x.org>", b"BDAT 4 LAST"], b"500", True),
    "AUTH": ([b"AUTH PLAIN AGEAYg=="], b"502", True),
    "VRFY": ([b"VRFY a@x.org"], b"252", True),
    "EXPN": ([b"EXPN list"], b"502", True),
    "STARTTLS": ([b"STARTTLS"], b"454", True),
    "XCLIENT": ([b"XCLIENT ADDR=127.0.0.1"], b"500", True),
    "empty line": ([b""], b"500", True),
    "8-bit command": ([b"M\xc4IL FROM:<a@x.org>"], b"500", True),
    "EHLO without a name": ([b"EHLO"], b"501", True),
    "EHLO with a blank": ([b"EHLO a b"], b"501", True),
    "EHLO with a control": ([b"EHLO a\x01b"], b"501", True),
    "too long": ([b"NOOP " + b"a" * 2000], b"500", True),
}


@pytest.mark.parametrize(
    ("commands", "code", "greet"), SEQUENCES.values(), ids=SEQUENCES.keys()
)
def test_commands_out_of_order_or_unknown_are_refused_and_in_step(
    relay: Rig, commands: list[bytes], code: bytes, greet: bool
) -> None:
    client = relay.client(greet=greet)
    if not greet:
        client.reply()
    replies = [client.command(command) for command in commands]
    assert replies[-1][:3] == code
    assert client.command(b"NOOP") == b"250 OK\r\n"


def test_ten_unknown_commands_end_the_session(relay: Rig) -> None:
    client = relay.client()
    replies = [client.command(b"EVIL") for _ in range(5)]
    assert replies[-1][:3] == b"502"
    assert client.reply() == b""


def test_hostile_greeting_name_cannot_write_fields(relay: Rig) -> None:
    client = relay.client(greet=False)
    client.reply()
    client.command(b'EHLO x.org("evil");<a@b>')
    client.deliver(b"Subject: x\r\n\r\nx\r\n")
    first = relay.sink.taken[0].content.split(b"\r\n")[0]
    assert first == b"Received: from x.org??evil????a?b? ([127.0.0.1])"


@pytest.mark.parametrize(("count", "code"), [(50, b"250"), (60, b"554")])
def test_mail_that_goes_in_circles_is_stopped(relay: Rig, count: int, code: bytes) -> None:
    hops = b"Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\n" * count
    client = relay.client()
    client.begin()
    text = b"Received: is no field here\r\n" * 60
    assert client.message(hops + b"Subject: x\r\n\r\n" + text)[:3] == code


# Too much, too slow


def test_endless_message_is_cut_off_and_memory_stays_within_its_limit(relay: Rig) -> None:
    before = resident()
    client = relay.client()
    client.begin()
    client.command(b"DATA")
    sent, piece = 0, b"a" * (1 << 16)
    try:
        while sent < 100 << 20:
            client.send(piece)
            sent += len(piece)
    except OSError:
        pass
    assert sent < 60 << 20
    assert resident() - before < 64 << 20
    wait_for(lambda: relay.relay.memory.free == relay.relay.config.memory)


def test_parallel_big_uploads_stay_within_the_memory_and_all_arrive(relay: Rig) -> None:
    budget = 100 << 20
    port = free_port()
    words = ["--memory", str(budget), "--max-size", str(10 << 20)]
    program = relay_program(port, relay.sink.port, *words)
    program.start()
    assert program.process is not None
    size = 4 << 20
    content = b"Subject: big\r\n\r\n" + (b"0123456789" * 7 + b"\r\n") * (size // 72)
    refused = []

    def upload(number: int) -> None:
        client = Client(port)
        while True:
            client.begin(parameters=b" SIZE=%d" % len(content))
            reply = client.message(content)
            if reply.startswith(b"250"):
                break
            refused.append(reply[:3])
            client.command(b"RSET")
            time.sleep(0.1)
        client.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(upload, range(16)))
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    program.end()
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
    assert len(relay.sink.taken) == 16
    assert set(refused) == {b"452"}
    assert peak < 2 * budget, f"{peak >> 20} MB"


def test_too_big_message_that_ends_is_refused_in_step(relay: Rig) -> None:
    client = relay.client()
    client.begin()
    assert client.message(b"S: x\r\n\r\n" + b"a" * 3 * LIMIT + b"\r\n").startswith(
        b"552 5.3.4"
    )
    assert client.command(b"NOOP").startswith(b"250")


def test_client_that_never_reads_does_not_grow_us(relay: Rig) -> None:
    before = resident()
    client = relay.client()
    client.socket.settimeout(1)
    try:
        for _ in range(50):
            client.send(b"NOOP\r\n" * 10_000)
    except TimeoutError:
        pass
    assert resident() - before < 64 << 20


def test_slow_clients_are_ended_by_timeouts_and_a_normal_one_is_served() -> None:
    with rig(max_connections=50, command_seconds=1) as running:
        slow = [
            socket.create_connection(("127.0.0.1", running.relay.port)) for _ in range(60)
        ]
        began = time.monotonic()
        try:
            refused = sum(one.recv(200).startswith(b"421") for one in slow)
            assert refused == 10
            for _ in range(3):
                for one in slow:
                    with contextlib.suppress(OSError):  # ended
                        one.send(b"N")
                time.sleep(0.4)
            wait_for(lambda: not running.relay.sessions)
        finally:
            for one in slow:
                one.close()
        assert running.client().deliver(b"S: x\r\n\r\nx\r\n").startswith(b"250")
        assert time.monotonic() - began < 15


def test_message_that_drips_for_ever_is_ended() -> None:
    with rig(data_seconds=0.6, data_idle_seconds=5) as running:
        client = running.client()
        client.begin()
        client.command(b"DATA")
        began = time.monotonic()
        with contextlib.suppress(OSError):  # whichever way the system says it
            while time.monotonic() - began < 10:
                client.send(b"a")
                time.sleep(0.05)
        assert time.monotonic() - began < 5
        assert running.sink.taken == []
