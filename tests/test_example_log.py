"""The log of relay and milter: whoever reads it can't stop mail."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from relay_tools import EXAMPLES, Client, Sink, free_port, is_listening, rig, wait_for

pytest.importorskip("prometheus_client", reason="prometheus_client is not installed")
from log_lines import LogLines
from relay_monitor import Monitor

MAIL = b"From: a@example.com\r\nSubject: x\r\n\r\nHello\r\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def lines(end: int) -> list[dict[str, object]]:
    """Read what is in the pipe, up to the last whole line."""
    return [json.loads(line) for line in os.read(end, 1 << 20).splitlines()]


def test_a_log_that_nobody_reads_drops_lines_and_says_how_many(
    pipe: tuple[int, int],
) -> None:
    with open(pipe[1], "w", closefd=False) as stream:
        monitor = Monitor(stream)
        for number in range(5_000):
            monitor.log(event="x", number=number, text="y" * 100)
        kept = lines(pipe[0])
        assert 0 < len(kept) < 5_000
        assert [line["number"] for line in kept] == list(range(len(kept)))
        monitor.log(event="z")
        assert lines(pipe[0])[0]["dropped"] == 5_000 - len(kept)
        monitor.log(event="z")
        assert "dropped" not in lines(pipe[0])[0]
    counted = monitor.registry.get_sample_value("mailsig_log_lines_dropped")
    assert counted == 5_000 - len(kept)


def test_a_line_for_which_the_disk_has_no_room_is_not_kept() -> None:
    # Closing a stream, as a program does at its end, writes what its buffer holds.
    with open("/dev/full", "w") as full:
        LogLines(full).write(event="x")


def test_a_long_line_is_shortened_to_what_a_pipe_takes_at_once(
    pipe: tuple[int, int],
) -> None:
    with open(pipe[1], "w", closefd=False) as stream:
        log = LogLines(stream)
        for _ in range(100):
            log.write(event="message", rules=["end"] * 10_000, error="y" * 10_000)
    first = lines(pipe[0])[0]
    assert first["rules"] == ["end", "end", "end", "... 10000 in all"]
    assert first["error"] == "y" * 200 + "..."


def test_a_stream_that_is_no_file_gets_every_line() -> None:
    stream = io.StringIO()
    log = LogLines(stream)
    for _ in range(3):
        log.write(event="x")
    assert len(stream.getvalue().splitlines()) == 3


def test_without_standard_error_every_line_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", None)  # as Python does where it was closed: 2>&-
    log = LogLines()
    log.write(event="x")
    assert log.dropped == 1


def test_what_asyncio_reports_is_one_line_without_what_it_quotes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    loop = asyncio.new_event_loop()
    error = ValueError("secret")
    loop.call_exception_handler({"message": "out of files", "exception": error})
    loop.close()
    said = capsys.readouterr().err
    assert json.loads(said)["at"] == "out of files"
    assert "secret" not in said


def test_a_relay_whose_log_nobody_reads_takes_mail_and_stops() -> None:
    sink, port = Sink(), free_port()
    with rig(sink):
        process = subprocess.Popen(
            [
                *(sys.executable, EXAMPLES / "smtp_relay.py", "serve"),
                *(f"--listen=127.0.0.1:{port}", f"--next-hop=127.0.0.1:{sink.port}"),
            ],
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            wait_for(lambda: is_listening(port))
            client = Client(port)
            for _ in range(500):
                assert client.deliver(MAIL).startswith(b"250")
            client.close()
            process.terminate()
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.stderr.close()
            process.wait()
