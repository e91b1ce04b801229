"""The benchmark itself: the same messages everywhere, and no time for a wrong answer."""

from __future__ import annotations

import hashlib
import json
import sys
from email import message_from_bytes, policy
from itertools import islice
from pathlib import Path
from statistics import median

import pytest

import mailsig

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import __main__ as command
from benchmarks import check, goals, growth, messages, peers, report, rounds, systems
from benchmarks.signing import FOOTER_TEXT, TOKEN, signature

SIZED = (
    "plain 2 KB",
    "ISO-2022-JP 4 KB",
    "UTF-8 8bit 6 KB",
    "reply 30 KB",
    "newsletter 100 KB",
    "base64 HTML 200 KB",
    "pictures 500 KB",
)
SMALL = (*SIZED, "50 levels")
DIGEST = "9562b1683995c1ff23fde09a0d952ae09ea8fc54a3dda22cd99db2f6b83aafa6"


@pytest.mark.parametrize("name", SIZED)
def test_a_message_has_the_size_of_its_name(name: str) -> None:
    number, unit = name.split()[-2:]
    wanted = int(number.replace(",", "")) * {"KB": 1_000, "MB": 1_000_000}[unit]
    assert 0.8 * wanted < len(messages.MESSAGES[name]()) < 1.2 * wanted


@pytest.mark.parametrize("name", SMALL)
def test_the_stdlib_finds_no_defect_in_a_message(name: str) -> None:
    message = message_from_bytes(messages.MESSAGES[name](), policy=policy.default)
    assert [part.defects for part in message.walk() if part.defects] == []


@pytest.mark.parametrize("name", SMALL)
def test_a_message_is_made_of_whole_lines_and_has_no_signature_yet(name: str) -> None:
    raw = messages.MESSAGES[name]()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert TOKEN.encode() not in raw


def test_messages_are_the_same_octets_every_time() -> None:
    digest = hashlib.sha256(b"".join(messages.MESSAGES[name]() for name in SMALL))
    assert digest.hexdigest() == DIGEST


def test_parts_and_levels_are_as_many_as_the_name_says() -> None:
    parts = message_from_bytes(messages.many_parts(1, 40))
    assert len(parts.get_payload()) == 40
    levels = message_from_bytes(messages.nested(1, 7))
    mixed = [p for p in levels.walk() if p.get_content_type() == "multipart/mixed"]
    assert len(mixed) == 7


def test_the_mailbox_has_the_sizes_of_real_mail() -> None:
    sizes = sorted(map(len, messages.mailbox()))
    assert 20_000 < median(sizes) < 60_000
    assert sizes[100] < 6_000
    assert 1_000_000 < sizes[-1] < 10_000_000


def test_the_check_is_content_with_a_splice() -> None:
    raw = messages.plain(1, 500)
    assert check.remarks(raw, _signed(raw)) == []


@pytest.mark.parametrize(
    ("spoil", "remark"),
    [
        (lambda out: out.replace(TOKEN.encode(), b"nobody"), "signature 0 times"),
        (lambda out: out + TOKEN.encode() + b"\r\n", "signature 2 times"),
        (lambda out: out.replace(b"\r\n", b"\n"), "line ends changed"),
        (
            lambda out: out.replace(b"Thread-Index", b"Thread-Other"),
            "header fields changed",
        ),
        (lambda out: out.replace(b"us-ascii", b"utf-8"), "body relabelled"),
        (lambda out: out + b"x" * 999 + b"\r\n", "a line over 998 octets"),
        (lambda out: out.replace(b"e ", b"e  "), "lines rewritten"),
    ],
)
def test_the_check_sees_what_is_wrong(spoil, remark: str) -> None:
    raw = messages.plain(1, 2_000)
    assert any(remark in each for each in check.remarks(raw, spoil(_signed(raw))))


def test_the_check_sees_an_attachment_that_was_encoded_anew() -> None:
    raw = messages.attachments(1, 60_000, 1)
    at = raw.rindex(b"\r\n--") - 300
    out = raw[:at] + b"\r\n" + raw[at:]
    assert "attachments re-encoded" in check.remarks(raw, out)


def test_a_bad_output_of_mailsig_is_not_timed() -> None:
    system = systems.Call("mailsig", "", lambda raw: raw, lambda raw: raw)
    with pytest.raises(AssertionError, match="signature 0 times"):
        rounds.measured(messages.plain(1, 500), [system], rounds.QUICK, lambda text: None)


def test_a_peer_that_fails_on_a_message_is_reported() -> None:
    def fail(raw: bytes) -> bytes:
        raise peers.PeerError("the driver ended")

    raw = messages.plain(1, 500)
    row, _ = rounds.measured(
        raw,
        [systems.Call("peer", "", fail, fail), *systems.floor_systems()[:1]],
        rounds.QUICK,
        lambda text: None,
    )
    assert row.microseconds is None
    assert "the driver ended" in report.message_table("m", len(raw), [row])


def test_peers_that_are_not_installed_are_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(peers.shutil, "which", lambda program: None)
    found, missing = peers.find_peers(tmp_path)
    assert found == []
    assert sorted(missing) == ["GNU Mailman", "MIMEDefang", "alterMIME", "rspamd"]


def test_every_mail_of_the_mailbox_can_be_signed_by_the_stdlib_way() -> None:
    for raw in islice(messages.mailbox(), 20):
        assert systems.stdlib_way(raw).count(b"X-Mailsig-Handled") == 1


def test_delimiters_are_all_found() -> None:
    raw = messages.pictures(1, 60_000)
    marks = systems.delimiters(raw)
    assert [mark[:7] for _, mark in marks] == [b"\n--_000"] * 2
    assert systems.find_delimiters((raw, marks)) == 5 + 3


@pytest.mark.parametrize(("own", "met"), [(1.0, True), (3.0, False)])
def test_a_goal_is_met_or_not(own: float, met: bool) -> None:
    (verdict,) = goals.judged({"plain 2 KB": {"stdlib": 24.0, "mailsig": own}})
    assert verdict.met is met


def test_the_command_prints_tables_and_writes_json_and_a_plot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    target, picture = tmp_path / "out.json", tmp_path / "out.svg"
    arguments = ["--quick", "--no-peers", "--only", "plain 2 KB", "--only", "stages"]
    command.main([*arguments, "--json", str(target), "--plot", str(picture)])
    printed = capsys.readouterr().out
    assert "### plain 2 KB (2," in printed
    assert "### Stages" in printed
    found = json.loads(target.read_text())
    assert found["rows"]["plain 2 KB"][0]["system"] == "mailsig"
    assert picture.read_text().startswith("<?xml")


def test_each_shape_of_the_growth_grows() -> None:
    for name, (maker, n) in growth.SHAPES.items():
        assert len(maker(4 * n)) > 2.5 * len(maker(n)), name


def _signed(raw: bytes) -> bytes:
    return b"X-Mailsig-Handled: Yes\r\n" + raw + FOOTER_TEXT.replace("\n", "\r\n").encode()


def test_help_of_the_relays_benchmark_measures_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from benchmarks import relay

    with pytest.raises(SystemExit) as caught:
        relay.main(["--help"])
    assert caught.value.code == 0
    assert "--quick" in capsys.readouterr().out


def test_the_relays_letter_is_of_10_kb_and_has_the_signs_of_other_letters() -> None:
    from benchmarks import relay

    letter = relay.letter()
    assert 0.95 * 10_000 < len(letter) < 1.05 * 10_000
    body = letter.partition(b"\n\n")[2]
    assert all(sign in body for sign in (b"-", b":", b"1", b"("))
    assert mailsig.rewrite(letter, signature()).signed
