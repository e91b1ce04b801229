"""`smtp_relay.py pipe`: standard output, standard error and exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
MAIL = EXAMPLES / "mail"
PLAIN = (MAIL / "plain.eml").read_bytes()

BROKEN = {
    "import fails": "raise ImportError('secret text of the message')\n",
    "rewrite raises": (
        "from mailsig_real import *\n"
        "def rewrite(raw, *rest): raise ValueError(raw.decode('utf-8', 'replace'))\n"
    ),
}


def pipe(
    raw: bytes, *arguments: str, path: Path | None = None, **streams: object
) -> subprocess.CompletedProcess[bytes]:
    environment = dict(os.environ)
    environment.pop("PYTHONUNBUFFERED", None)  # few people set it
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    options = {
        "input": raw,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        **streams,
    }
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        [sys.executable, EXAMPLES / "smtp_relay.py", "pipe", *arguments],
        env=environment,
        timeout=60,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    return done


def report(done: subprocess.CompletedProcess[bytes]) -> dict[str, object]:
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, "one line on standard error"
    parsed = json.loads(lines[0])
    assert isinstance(parsed, dict)
    return parsed


@pytest.fixture
def broken(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a folder whose `mailsig` fails in the way the test asks for."""
    import mailsig

    real = Path(mailsig.__file__).parent
    (tmp_path / "mailsig_real").symlink_to(real)
    (tmp_path / "mailsig").mkdir()
    (tmp_path / "mailsig" / "__init__.py").write_text(BROKEN[request.param])
    return tmp_path


def test_plain_message_gets_the_demo_signature() -> None:
    done = pipe(PLAIN)
    assert done.returncode == 0
    assert done.stdout.startswith(b"X-Mailsig-Handled: Yes\r\n")
    body = PLAIN.partition(b"\r\n\r\n")[2]
    assert body in done.stdout
    assert b"+49 30 555 0100" in done.stdout.partition(body)[2]
    said = report(done)
    assert said["outcome"] == "injected"
    assert said["signed"] is True
    assert [part["path"] for part in said["parts"]] == [[]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("plain", "injected"),
        ("outlook", "injected"),
        ("reply", "injected"),
        ("marker", "replaced"),
        ("dkim", "injected"),
        ("signed", "stamped"),
        ("out-of-office", "stamped"),
    ],
)
def test_demo_messages_have_their_outcome(name: str, outcome: str) -> None:
    raw = (MAIL / f"{name}.eml").read_bytes()
    done = pipe(raw)
    said = report(done)
    assert done.returncode == 0
    assert said["outcome"] == outcome
    if outcome == "stamped":
        assert done.stdout == b"X-Mailsig-Handled: Yes\r\n" + raw
        assert said["skipped"], "an unsigned message has a reason"
    else:
        assert b"DKIM-Signature" not in done.stdout


def test_signature_of_the_outlook_message_stands_in_both_alternatives() -> None:
    done = pipe((MAIL / "outlook.eml").read_bytes())
    types = [part["media_type"] for part in report(done)["parts"]]  # type: ignore[attr-defined]
    assert types == ["text/plain", "text/html"]


def test_signature_of_a_reply_stands_above_the_quote() -> None:
    out = pipe((MAIL / "reply.eml").read_bytes()).stdout
    assert 0 < out.index(b"+49 30 555 0100") < out.index(b"On Tue, Mar 5")


def test_a_text_that_would_take_too_much_memory_passes_unsigned() -> None:
    raw = b"To: a\r\n\r\n" + (b"0123456789" * 7 + b"\r\n") * 35_000
    done = pipe(raw)
    assert done.stdout.endswith(raw)
    assert report(done)["outcome"] == "stamped"


def test_no_header_means_the_message_passes_unchanged() -> None:
    done = pipe(b"\x00\xffno header at all")
    assert done.returncode == 0
    assert done.stdout == b"\x00\xffno header at all"
    assert report(done)["outcome"] == "unchanged"


def test_signature_files_and_options_are_used(tmp_path: Path) -> None:
    (tmp_path / "s.html").write_text(
        '<p>Grüße <img src="cid:logo" alt="Logo"></p>', "utf-8"
    )
    (tmp_path / "s.txt").write_text("Grüße vom Test", "utf-8")
    (tmp_path / "l.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = pipe(
        PLAIN.replace(b"Best wishes", b"Best %%SIG%% wishes"),
        "--html", str(tmp_path / "s.html"), "--text", str(tmp_path / "s.txt"),
        "--image", f"logo={tmp_path / 'l.png'}",
        "--marker", "%%SIG%%", "--handled-field", "X-Xink-Handled: Yes",
        "--placement", "end", "--dkim", "rename", "--arc", "keep", "--replies", "same",
        "--client-signatures", "replace", "--no-text-delimiter", "--once-per-thread",
        "--allow", "auto-submitted", "--drop-field", "X-Secret",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert report(done)["outcome"] == "replaced"
    assert done.stdout.startswith(b"X-Xink-Handled: Yes\r\n")
    assert "Grüße vom Test".encode() in done.stdout
    assert b"%%SIG%%" not in done.stdout


def test_handled_field_none_stamps_nothing() -> None:
    assert b"Handled" not in pipe(PLAIN, "--handled-field", "none").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--no-such-option"], 64),
        (["--on-error", "bounce"], 64),
        (["--placement", "middle"], 64),
        (["--handled-field", "no colon"], 64),
        (["--allow", "no-such-reason"], 64),
        (["--html", "/nonexistent/signature.html"], 66),
        (["--text", str(EXAMPLES)], 66),
        (["--image", "logo=/nonexistent/logo.png"], 66),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_wrong_arguments_and_files_have_their_exit_code(
    arguments: list[str], code: int
) -> None:
    done = pipe(PLAIN, *arguments)
    assert done.returncode == code
    assert done.stdout == b""
    assert done.stderr != b""


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--placement", "start"], 0), (["--placement", "middle"], 64)]
)
def test_the_module_run_by_itself_does_the_same(arguments: list[str], code: int) -> None:
    program = [sys.executable, EXAMPLES / "smtp_pipe.py", *arguments]
    done = subprocess.run(program, input=PLAIN, capture_output=True, check=False)
    assert done.returncode == code
    assert done.stdout == pipe(PLAIN, *arguments).stdout
    assert done.stderr != b""


def test_signature_file_that_is_not_utf_8_is_66(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_bytes(b"Gr\xfc\xdfe")
    assert pipe(PLAIN, "--text", str(tmp_path / "s.txt")).returncode == 66


def test_byte_order_mark_of_a_signature_file_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("Jo Doe", "utf-8-sig")
    done = pipe(PLAIN, "--text", str(tmp_path / "s.txt"))
    assert done.stdout.endswith(b"\r\nJo Doe\r\n")


@pytest.mark.parametrize("option", ["--html", "--text", "--reply-html", "--reply-text"])
@pytest.mark.parametrize("source", ["<p>{{ name }}</p>", "{% if name %}x{% endif %}"])
def test_template_in_the_place_of_a_finished_file_is_66(
    option: str, source: str, tmp_path: Path
) -> None:
    (tmp_path / "s").write_text(source)
    done = pipe(PLAIN, option, str(tmp_path / "s"))
    assert done.returncode == 66
    assert done.stdout == b""
    assert str(report(done)["detail"]).startswith(
        f"{tmp_path / 's'}: this is a template: use"
    )


def test_signature_that_the_library_refuses_is_66(tmp_path: Path) -> None:
    (tmp_path / "s.html").write_text("<p>x<script>alert(1)</script></p>")
    assert pipe(PLAIN, "--html", str(tmp_path / "s.html")).returncode == 66


def test_full_disk_is_74() -> None:
    with open("/dev/full", "wb") as full:
        done = pipe(PLAIN, stdout=full)
    assert done.returncode == 74
    assert report(done)["outcome"] == "error"


def test_reader_that_went_away_is_74() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        assert pipe(PLAIN, stdout=write).returncode == 74
    finally:
        os.close(write)


def test_input_that_cannot_be_read_is_74() -> None:
    with open("/dev/null", "wb") as write_only:
        assert pipe(PLAIN, input=None, stdin=write_only).returncode == 74


@pytest.mark.parametrize("broken", BROKEN, indirect=True)
def test_bug_passes_the_message_unchanged_and_says_so(broken: Path) -> None:
    done = pipe(PLAIN, path=broken)
    assert done.returncode == 0
    assert done.stdout == PLAIN
    said = report(done)
    assert said["outcome"] == "error"
    assert said["passed"] is True
    assert b"warehouse" not in done.stderr, "no text of the message in the report"
    assert b"secret" not in done.stderr


@pytest.mark.parametrize("broken", BROKEN, indirect=True)
def test_bug_with_tempfail_writes_nothing_and_exits_75(broken: Path) -> None:
    done = pipe(PLAIN, "--on-error", "tempfail", path=broken)
    assert done.returncode == 75
    assert done.stdout == b""
    assert report(done)["passed"] is False


@pytest.mark.parametrize("program", ["smtp_relay", "postfix_milter", "relay_server"])
def test_a_checkout_that_is_not_installed_finds_the_library(program: str) -> None:
    # Until signing_arguments is there, which adds the checkout to the path, it isn't found.
    pytest.importorskip("aiosmtpd")
    pytest.importorskip("kilter.protocol")
    code = f"""
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name == "mailsig" and "signing_arguments" not in sys.modules:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
sys.path.insert(0, {str(EXAMPLES)!r})
import {program}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stderr == b""


def test_silent_standard_error_does_not_matter() -> None:
    with open("/dev/full", "wb") as full:
        done = pipe(PLAIN, stderr=full)
    assert done.returncode == 0
    assert done.stdout.startswith(b"X-Mailsig-Handled")


def test_closed_standard_error_adds_nothing_to_the_message() -> None:
    program = [sys.executable, EXAMPLES / "smtp_relay.py", "pipe"]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&-', "sh", *program],
        input=PLAIN,
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    assert done.stdout == pipe(PLAIN).stdout
