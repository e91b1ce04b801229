"""The real Postfix, with each way to sign that examples/postfix/ shows."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from postfix_tools import (
    REFUSED,
    Lab,
    PrivatePostfix,
    environment_for_nobody,
    lab,
    missing,
    python_for_nobody,
    search_path,
    settings,
)
from relay_tools import (
    EXAMPLES,
    Client,
    Program,
    Taken,
    free_port,
    is_listening,
    milter_program,
    relay_program,
    wait_for,
)

import mailsig

pytestmark = pytest.mark.skipif(bool(missing()), reason=str(missing()))
needs_nobody = pytest.mark.skipif(
    not missing() and python_for_nobody() is None,
    reason="the user nobody can run no Python that has our packages",
)

MAIL = (
    b"From: a@example.com\r\nTo: b@example.org\r\nSubject: x\r\n"
    b"Message-ID: <1@example.com>\r\n"
    b"Date: Tue, 05 Mar 2024 09:12:43 +0100\r\n\r\nHello\r\n.dot\r\n"
)
DKIM = b"DKIM-Signature: v=1;\r\n\tb=abc\r\n"
DEMO = mailsig.Signature(
    html=(EXAMPLES / "demo/signature.html").read_text("utf-8"),
    text=(EXAMPLES / "demo/signature.txt").read_text("utf-8"),
)
TEXT = b"+49 30 555 0100"
WRAPPER = EXAMPLES / "postfix" / "pipe-wrapper"


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    if python_for_nobody() is None:
        with lab() as found:
            yield found
        return
    with (
        environment_for_nobody() as python,
        lab(f"/usr/bin/env MAILSIG_PYTHON={python} {WRAPPER}") as found,
    ):
        yield found


@pytest.fixture
def postfix(running: Lab) -> Iterator[Lab]:
    running.sink.taken.clear()
    running.sink.commands.clear()
    yield running
    wait_for(lambda: running.postfix.queued() == 0)


@pytest.fixture
def relay(postfix: Lab) -> Iterator[Program]:
    program = relay_program(postfix.ports.relay, postfix.ports.back)
    program.start()
    yield program
    program.end()


@pytest.fixture
def milter(postfix: Lab) -> Iterator[Program]:
    program = milter_program(postfix.ports.milter)
    program.start()
    yield program
    program.end()


def arrived(postfix: Lab, count: int = 1) -> list[Taken]:
    wait_for(lambda: len(postfix.sink.taken) >= count, 40)
    return postfix.sink.taken


def without_received(content: bytes) -> tuple[bytes, int]:
    header, blank, body = content.partition(b"\r\n\r\n")
    header, count = re.subn(rb"Received: [^\r]*\r\n(?:[ \t][^\r]*\r\n)*", b"", header)
    return header + blank + body, count


def deliver(port: int, content: bytes = MAIL, **envelope: bytes) -> bytes:
    client = Client(port)
    try:
        return client.deliver(content, **envelope)
    finally:
        client.close()


# The milter


@pytest.mark.parametrize("name", ["plain", "outlook", "reply", "marker", "signed", "dkim"])
def test_milter_makes_of_a_message_what_rewrite_makes(
    postfix: Lab, milter: Program, name: str
) -> None:
    raw = (EXAMPLES / "mail" / f"{name}.eml").read_bytes()
    assert deliver(postfix.ports.milter_in, raw).startswith(b"250")
    content, hops = without_received(arrived(postfix)[0].content)
    wanted, before = without_received(mailsig.rewrite(raw, DEMO).message)
    assert content == wanted
    assert hops == before + 1, "Postfix's own, and none of ours"


def test_milter_changes_single_fields_by_index(postfix: Lab, milter: Program) -> None:
    first = DKIM.replace(b"abc", b"first")
    raw = DKIM + b"X-One: 1\r\n" + first + b"X-Two: 2\r\n" + MAIL
    deliver(postfix.ports.milter_in, raw)
    content, _ = without_received(arrived(postfix)[0].content)
    assert content == mailsig.rewrite(raw, DEMO).message


def test_milter_knows_a_field_with_blanks_before_its_colon(
    postfix: Lab, milter: Program
) -> None:
    raw = DKIM.replace(b":", b" :", 1) + DKIM + MAIL
    assert deliver(postfix.ports.milter_in, raw).startswith(b"250")
    content = arrived(postfix)[0].content
    assert b"DKIM" not in content
    assert TEXT in content


def test_milter_can_leave_an_empty_body(postfix: Lab, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("address,signature\n*,none\n")
    choice = (f"--signatures={EXAMPLES / 'signatures'}", f"--people={people}")
    program = milter_program(postfix.ports.milter, *choice)
    program.start()
    quoted = MAIL.partition(b"\r\n\r\n")[0] + (
        b"\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n{EMAILSIGNATURE}=\r\n"
    )
    assert deliver(postfix.ports.milter_in, quoted).startswith(b"250")
    content = arrived(postfix)[0].content
    program.end()
    assert content.partition(b"\r\n\r\n")[2].strip() == b""


def test_milter_renames_fields_in_their_place(postfix: Lab) -> None:
    program = milter_program(postfix.ports.milter, "--dkim", "rename")
    program.start()
    raw = DKIM + b"X-One: 1\r\n" + DKIM + b"X-Two: 2\r\n" + MAIL
    deliver(postfix.ports.milter_in, raw)
    content, _ = without_received(arrived(postfix)[0].content)
    program.end()
    assert content == mailsig.rewrite(raw, DEMO, mailsig.Options(dkim="rename")).message


def test_milter_keeps_the_envelope_and_delivery_report_parameters(
    postfix: Lab, milter: Program
) -> None:
    client = Client(postfix.ports.milter_in)
    sender = "<jürgen@example.com>".encode()
    assert client.command(
        b"MAIL FROM:" + sender + b" SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=QQ314159"
    ).startswith(b"250")
    recipient = b'<"quoted local"@example.org>'
    assert client.command(
        b"RCPT TO:" + recipient + b" NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Alias@example.org"
    ).startswith(b"250")
    assert client.message(MAIL).startswith(b"250")
    client.close()
    taken = arrived(postfix)[0]
    assert taken.mail.startswith(b"FROM:" + sender)
    for word in (b"SMTPUTF8", b"RET=HDRS", b"ENVID=QQ314159"):
        assert word in taken.mail
    assert taken.recipients == [
        b"TO:" + recipient + b" ORCPT=rfc822;Alias@example.org NOTIFY=SUCCESS,DELAY"
    ]


def test_milter_takes_the_null_sender_and_big_messages(
    postfix: Lab, milter: Program
) -> None:
    big = MAIL + (b"0123456789" * 7 + b"\r\n") * 25_000
    deliver(postfix.ports.milter_in, big, sender=b"<>")
    taken = arrived(postfix)[0]
    assert taken.mail.startswith(b"FROM:<>")
    assert without_received(taken.content)[0] == mailsig.rewrite(big, DEMO).message


def test_milter_down_means_later_and_nothing_is_lost(postfix: Lab, milter: Program) -> None:
    milter.end(signal.SIGKILL)
    client = Client(postfix.ports.milter_in)
    assert client.command(b"MAIL FROM:<a@example.com>")[:3] in (b"451", b"250")
    assert client.command(b"RCPT TO:<b@example.org>")[:1] in (b"4", b"5")
    client.close()
    milter.start()
    assert deliver(postfix.ports.milter_in).startswith(b"250")
    assert TEXT in arrived(postfix)[0].content


def test_milter_answers_faster_than_nagle(postfix: Lab, milter: Program) -> None:
    client = Client(postfix.ports.milter_in)
    times = []
    for _ in range(8):
        client.begin()
        client.command(b"DATA")
        began = time.monotonic()
        client.send(MAIL + b".\r\n")
        client.reply()
        times.append(time.monotonic() - began)
    client.close()
    assert sorted(times)[2] < 0.04, times
    arrived(postfix, 8)


@needs_nobody
def test_chrooted_postfix_reaches_a_milter_of_its_user_on_a_unix_socket(
    postfix: Lab,
) -> None:
    port = free_port()
    service = f"127.0.0.1:{port} inet n - y - - smtpd\n"
    main = settings("smtpd_milters = unix:mailsig/milter.sock")
    own = PrivatePostfix(f"[127.0.0.1]:{postfix.sink.port}", master=service, main=main)
    folder = own.folder / "queue" / "mailsig"
    make = ["install", "-d", "-o", "postfix", "-g", "postfix", "-m", "750", folder]
    subprocess.run(make, check=True)
    with environment_for_nobody() as python:
        script = [python, EXAMPLES / "postfix_milter.py"]
        program = subprocess.Popen(
            [*script, "--listen", f"unix:{folder / 'milter.sock'}"],
            user="postfix",
            group="postfix",
            extra_groups=[],
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for((folder / "milter.sock").is_socket)
            own.start(port)
            assert deliver(port).startswith(b"250")
            assert TEXT in arrived(postfix)[0].content
        finally:
            own.stop()
            program.terminate()
            program.wait(40)


# The relay, after and before the queue


@pytest.mark.parametrize("way", ["filter_in", "proxy_in"])
def test_relay_signs_and_postfix_delivers(postfix: Lab, relay: Program, way: str) -> None:
    raw = DKIM + MAIL
    assert deliver(getattr(postfix.ports, way), raw).startswith(b"250")
    content, hops = without_received(arrived(postfix)[0].content)
    assert content == mailsig.rewrite(raw, DEMO).message
    assert hops == 3, "in, relay, back"


@pytest.mark.parametrize(
    ("sender", "recipient", "parameters"),
    [
        (b"<>", b"<b@example.org>", b""),
        (b'<"quoted >local"@example.com>', b'<"a b"@example.org>', b""),
        ("<jürgen@example.com>".encode(), "<käthe@example.org>".encode(), b" SMTPUTF8"),
        (b"<a@example.com>", b"<b@example.org>", b" BODY=8BITMIME"),
    ],
    ids=["null sender", "quoted", "SMTPUTF8", "8BITMIME"],
)
def test_envelope_survives_postfix_relay_postfix(
    postfix: Lab, relay: Program, sender: bytes, recipient: bytes, parameters: bytes
) -> None:
    client = Client(postfix.ports.filter_in)
    client.begin(sender, recipient, parameters=parameters)
    body = "Grüße\r\n".encode() if parameters else b"x\r\n"
    assert client.message(MAIL + body).startswith(b"250")
    client.close()
    taken = arrived(postfix)[0]
    assert taken.mail.startswith(b"FROM:" + sender)
    assert taken.recipients[0].startswith(b"TO:" + recipient)
    assert TEXT in taken.content


def test_relay_down_means_deferred_and_delivered_later(
    postfix: Lab, relay: Program
) -> None:
    relay.end(signal.SIGKILL)
    assert deliver(postfix.ports.filter_in).startswith(b"250")
    wait_for(lambda: "status=deferred" in postfix.postfix.log())
    assert postfix.sink.taken == []
    relay.start()
    postfix.postfix.flush()
    assert TEXT in arrived(postfix)[0].content
    assert "status=bounced" not in postfix.postfix.log()


def test_relay_down_before_the_queue_is_451_to_the_client(postfix: Lab) -> None:
    client = Client(postfix.ports.proxy_in)
    replies = client.begin()
    assert (client.message(MAIL) if replies[-1][:1] == b"2" else replies[-1])[:1] == b"4"
    client.close()


def test_just_the_refused_recipient_of_three_is_reported(
    postfix: Lab, relay: Program
) -> None:
    client = Client(postfix.ports.filter_in)
    client.begin(b"<a@example.com>", b"<one@example.org>", REFUSED, b"<two@example.org>")
    assert client.message(MAIL).startswith(b"250")
    client.close()
    taken = arrived(postfix, 2)
    wait_for(lambda: postfix.postfix.queued() == 0)
    delivered = [
        name for one in taken if b"a@example.com" in one.mail for name in one.recipients
    ]
    assert sorted(name.split()[0] for name in delivered) == [
        b"TO:<one@example.org>",
        b"TO:<two@example.org>",
    ]
    reports = [one for one in taken if one.mail.startswith(b"FROM:<>")]
    assert len(reports) == 1
    assert reports[0].content.count(b"Final-Recipient:") == 1
    assert b"Final-Recipient: rfc822; refused@example.org" in reports[0].content
    assert b"Status: 5.7.1" in reports[0].content


# pipe(8)


@needs_nobody
def test_pipe_signs_and_hands_back(postfix: Lab) -> None:
    for sender in (b"<a@example.com>", b"<>"):
        assert deliver(postfix.ports.pipe_in, sender=sender).startswith(b"250")
    taken = arrived(postfix, 2)
    assert {one.mail.split()[0] for one in taken} == {b"FROM:<a@example.com>", b"FROM:<>"}
    for one in taken:
        content, _ = without_received(one.content)
        assert content == mailsig.rewrite(MAIL, DEMO).message
    assert 'sigpipe service ({"outcome": "injected"' in postfix.postfix.log()


def wrapped(
    python: str, port: int | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [WRAPPER, str(port or free_port()), "a@example.com", "b@example.org"],
        input=MAIL,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "MAILSIG_PYTHON": python, **environment},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "python",
    ["/nonexistent/python", "/bin/false", str(EXAMPLES / "postfix" / "README.md")],
    ids=["missing", "fails", "not a program"],
)
def test_wrapper_turns_every_failure_into_75(python: str) -> None:
    done = wrapped(python)
    assert done.returncode == 75
    assert done.stdout.startswith(b"4.3.0 ")


@pytest.mark.parametrize("words", [[], ["25"], ["25", ""]], ids=len)
def test_wrapper_without_its_arguments_keeps_the_mail(words: list[str]) -> None:
    done = subprocess.run(
        [str(WRAPPER), *words], input=MAIL, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout[:6]) == (75, b"4.3.0 ")
    assert b"PORT SENDER RECIPIENT" in done.stdout


def test_wrapper_turns_a_refusal_on_the_way_back_into_75() -> None:
    done = wrapped(sys.executable)
    assert done.returncode == 75
    assert (
        done.stdout
        == b"4.3.0 signing failed, the mail is kept: Postfix did not take the mail back\n"
    )


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """Return a Python without any packages."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    return str(python)


def test_wrapper_keeps_the_mail_if_its_python_lacks_our_packages(
    postfix: Lab, bare: str
) -> None:
    done = wrapped(bare, postfix.ports.back)
    assert done.returncode == 75
    said = b"4.3.0 signing failed, the mail is kept: smtp_relay.py pipe ended with 75: "
    assert done.stdout.startswith(said)
    assert b'"error": "ModuleNotFoundError"' in done.stdout
    assert postfix.sink.taken == []


def test_wrapper_says_so_when_it_passes_mail_as_it_came(postfix: Lab, bare: str) -> None:
    done = wrapped(bare, postfix.ports.back, MAILSIG_ON_ERROR="pass")
    assert done.returncode == 0
    assert b'"outcome": "error", "passed": true' in done.stdout
    assert without_received(arrived(postfix)[0].content)[0] == MAIL


def test_wrapper_gives_its_options_to_the_program(postfix: Lab, tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("Text of the test")
    done = wrapped(
        sys.executable,
        postfix.ports.back,
        MAILSIG_OPTIONS=f"--placement end --text {tmp_path / 's.txt'}",
    )
    assert done.returncode == 0
    assert b"Text of the test" in arrived(postfix)[0].content


def check_that_it_signs(postfix: Lab, program: Program, port: int) -> None:
    program.start()
    try:
        assert deliver(port).startswith(b"250")
        assert TEXT in arrived(postfix)[0].content
    finally:
        program.end(signal.SIGINT)


@needs_nobody
def test_private_postfix_signs_with_its_own_python_through_pipe(postfix: Lab) -> None:
    port, back = free_port(), free_port()
    with environment_for_nobody() as python:
        program = Program(
            "postfix/private_postfix.py", "--pipe", "--port", str(port),
            "--back", str(back), "--relayhost", f"127.0.0.1:{postfix.sink.port}",
            listens=port,
        )  # fmt: skip
        program.command[0] = python
        check_that_it_signs(postfix, program, port)


# Other programs


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
def test_swaks_delivers_through_the_relay(postfix: Lab, relay: Program) -> None:
    done = subprocess.run(
        [
            "swaks", "--server", f"127.0.0.1:{postfix.ports.relay}", "--pipeline",
            "--from", "a@example.com", "--to", "b@example.org,c@example.org",
            "--header", "Subject: swaks", "--body", "Hello\n.\n..dots",
        ],
        capture_output=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert TEXT in arrived(postfix)[0].content


@pytest.mark.skipif(
    shutil.which("haproxy", path=search_path()) is None,
    reason="HAProxy is not installed",
)
def test_two_relays_behind_haproxy_survive_the_death_of_one(
    postfix: Lab, tmp_path: object
) -> None:
    from pathlib import Path

    from private_postfix import filled

    one, two = free_port(), free_port()
    config = Path(str(tmp_path)) / "haproxy.cfg"
    config.write_text(filled("haproxy.cfg", PORT=postfix.ports.relay, ONE=one, TWO=two))
    relays = [relay_program(port, postfix.ports.back) for port in (one, two)]
    for program in relays:
        program.start()
    haproxy = subprocess.Popen(
        [
            shutil.which("haproxy", path=search_path()) or "",
            "-db",
            "-f",
            str(config),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: not _refuses(postfix.ports.relay))
        client = Client(postfix.ports.filter_in)
        for number in range(60):
            if number == 20:
                relays[0].end(signal.SIGKILL)
            if number == 40:
                relays[0].start()
                relays[1].end(signal.SIGTERM)
            assert client.deliver(MAIL.replace(b"<1@", b"<%d@" % number)).startswith(b"250")
        client.close()
        postfix.postfix.flush()
        numbers = re.compile(rb"Message-ID: <(\d+)@")
        wait_for(
            lambda: len({numbers.findall(t.content)[0] for t in postfix.sink.taken}) == 60,
            60,
        )
        assert all(TEXT in one.content for one in postfix.sink.taken)
    finally:
        haproxy.terminate()
        haproxy.wait(10)
        for program in relays:
            program.end()


def _refuses(port: int) -> bool:
    try:
        client = Client(port)
    except (OSError, AssertionError):
        return True
    client.close()
    return False


def test_the_programs_of_the_private_postfix_needn_t_be_in_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That of root after "su", and of every other user of Debian.
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin")
    assert missing() is None
    own = PrivatePostfix("[127.0.0.1]:9", folder=tmp_path)
    assert own.command("postconf", "-h", "relayhost").stdout == "[127.0.0.1]:9\n"


def test_a_parameter_of_the_private_postfix_is_set_once(tmp_path: Path) -> None:
    PrivatePostfix("[127.0.0.1]:9", main={"relayhost": "", "a": "b"}, folder=tmp_path)
    lines = (tmp_path / "config" / "main.cf").read_text().splitlines()
    names = [line.partition(" = ")[0] for line in lines]
    assert len(names) == len(set(names))
    assert {"relayhost = ", "a = b", "inet_protocols = ipv4"} <= set(lines)


@pytest.mark.parametrize("way", ["milter", "relay", "before-queue"])
def test_private_postfix_starts_from_the_command_line(postfix: Lab, way: str) -> None:
    signer_port, port, back = free_port(), free_port(), free_port()
    signer = (
        milter_program(signer_port) if way == "milter" else relay_program(signer_port, back)
    )
    arguments = ["--milter" if way == "milter" else "--relay", str(signer_port)]
    arguments += ["--before-queue"] if way == "before-queue" else []
    arguments += ["--port", str(port), "--back", str(back)]
    arguments += ["--relayhost", f"127.0.0.1:{postfix.sink.port}"]
    signer.start()
    program = Program("postfix/private_postfix.py", *arguments, listens=port)
    try:
        check_that_it_signs(postfix, program, port)
    finally:
        signer.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_private_postfix_leaves_nothing_behind_when_it_is_told_to_stop(
    postfix: Lab, number: signal.Signals
) -> None:
    """Told by SIGINT, too, where that was ignored at the start: in a script's background."""
    port = free_port()
    process = subprocess.Popen(
        [
            "sh", "-c", 'trap "" INT; exec "$@"', "sh",
            sys.executable, EXAMPLES / "postfix" / "private_postfix.py",
            "--port", str(port), "--relayhost", f"127.0.0.1:{postfix.sink.port}",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = re.search(r"log: (/tmp/private-postfix-\w+)/", process.stdout.readline())
        assert said is not None
        folder = Path(said[1])
        assert is_listening(port)
        process.send_signal(number)
        assert process.wait(20) == 0
        assert not folder.exists()
        assert not is_listening(port)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_private_postfix_that_hangs_is_ended_all_the_same() -> None:
    port = free_port()
    own = PrivatePostfix("[127.0.0.1]:9", master=f"127.0.0.1:{port} inet n - n - 1 smtpd\n")
    own.start(port)
    master = own.master_pid()
    assert master is not None
    os.kill(master, signal.SIGSTOP)
    own.stop()
    wait_for(lambda: not _runs(master))
    assert not own.folder.exists()


def _runs(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_help_of_the_private_postfix_can_be_copied(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import private_postfix

    with pytest.raises(SystemExit):
        private_postfix.main(["--help"])
    said = capsys.readouterr().out
    assert "--relayhost 127.0.0.1:2600 \\\n        --milter 12031" in said
    assert "(default: 2525)" in said


@pytest.mark.parametrize("name", ["--port", "--back"])
def test_private_postfix_does_not_start_on_a_port_that_is_taken(
    postfix: Lab, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import private_postfix

    ports = {"--port": free_port(), "--back": free_port(), "--relay": free_port()}
    ports[name] = postfix.sink.port
    arguments = [str(word) for one in ports.items() for word in one]
    assert private_postfix.main([*arguments, "--relayhost", "127.0.0.1:9"]) == 69
    said = capsys.readouterr()
    assert said.err == f"port {postfix.sink.port} is taken\n"
    assert said.out == ""
