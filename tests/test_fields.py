"""Header sections: fields removed, renamed, added and relabelled, all others untouched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsig import Options, Signature, SkipReason, apply_edits, rewrite, strip_dkim
from mailsig import fields as room
from mailsig.scan import scan
from mailsig.types import FieldChange

SIGNATURE = Signature(text="Jo Doe")
DKIM = b"DKIM-Signature: v=1;\r\n\tb=abc\r\n"
DOMAINKEY = b"DomainKey-Signature: a=rsa-sha1;\r\n  b=abc\r\n"
LOOSE = b"DKIM-Signature \t: v=1;\r\n\tb=abc\r\n"
GOOGLE = b"X-Google-DKIM-Signature: v=1; b=x\r\n"
ARC = (
    b"ARC-Seal: i=1; b=x\r\n"
    b"ARC-Message-Signature: i=1;\r\n b=x\r\n"
    b"ARC-Authentication-Results: i=1; spf=pass\r\n"
)
FROM = b"From: a@example.com\r\nAuthentication-Results: x; dkim=pass\r\n"
BODY = b"\r\nHi\r\n"

STRIPPED = [
    ("dkim", DKIM + FROM + DKIM + BODY, Options(), FROM + BODY),
    (
        "domainkeys-and-googles-own",
        DOMAINKEY + GOOGLE + FROM + BODY,
        Options(),
        FROM + BODY,
    ),
    ("arc-as-a-whole", ARC + DKIM + FROM + BODY, Options(), FROM + BODY),
    ("arc-kept", ARC + DKIM + FROM + BODY, Options(arc="keep"), ARC + FROM + BODY),
    ("dkim-kept", ARC + DKIM + FROM + BODY, Options(dkim="keep"), DKIM + FROM + BODY),
    (
        "renamed",
        DKIM + FROM + BODY,
        Options(dkim="rename"),
        b"X-Original-" + DKIM + FROM + BODY,
    ),
    ("capitals", DKIM.upper() + FROM + BODY, Options(), FROM + BODY),
    (
        "rfc5322-4.5-blanks-before-the-colon",
        LOOSE + FROM + b"To : a\r\n" + LOOSE + BODY,
        Options(),
        FROM + b"To : a\r\n" + BODY,
    ),
    (
        "rfc5322-4.5-blanks-before-the-colon-renamed",
        FROM + LOOSE + BODY,
        Options(dkim="rename"),
        FROM + b"X-Original-" + LOOSE + BODY,
    ),
]


@pytest.mark.parametrize("lf", [False, True], ids=["crlf", "lf"])
@pytest.mark.parametrize(
    ("raw", "options", "out"),
    [row[1:] for row in STRIPPED],
    ids=[row[0] for row in STRIPPED],
)
def test_signature_fields_go_whole(
    raw: bytes, options: Options, out: bytes, lf: bool
) -> None:
    def newline(octets: bytes) -> bytes:
        return octets.replace(b"\r\n", b"\n") if lf else octets

    result = strip_dkim(newline(raw), options)
    assert result.message == newline(out)
    assert result.outcome == "stripped"
    assert not result.signed
    assert apply_edits(result.message, result.inverse) == newline(raw)


def test_nothing_to_strip_is_said_and_the_octets_are_the_same() -> None:
    raw = FROM + BODY
    result = strip_dkim(raw)
    assert result.message is raw
    assert [skip.reason for skip in result.skipped] == [SkipReason.NOTHING_TO_STRIP]


def test_changes_are_told_by_name_and_index_as_a_milter_needs_them() -> None:
    raw = DKIM + FROM + DKIM + b"X-Secret: 1\r\n" + BODY
    result = rewrite(raw, SIGNATURE, Options(drop_fields=("x-secret",)))
    assert result.fields == (
        FieldChange("added", "X-Mailsig-Handled", 0, "Yes"),
        FieldChange("removed", "DKIM-Signature", 1),
        FieldChange("removed", "DKIM-Signature", 2),
        FieldChange("removed", "X-Secret", 1),
    )


def test_dkim_fields_stay_on_mail_that_is_only_stamped() -> None:
    raw = DKIM + FROM + b"Auto-Submitted: auto-replied\r\n" + BODY
    result = rewrite(raw, SIGNATURE)
    assert result.message == b"X-Mailsig-Handled: Yes\r\n" + raw
    assert result.outcome == "stamped"


def test_an_answer_is_known_by_a_field_with_a_blank_before_the_colon() -> None:
    result = rewrite(FROM + b"Auto-Submitted : auto-replied\r\n" + BODY, SIGNATURE)
    assert [skip.reason for skip in result.skipped] == [SkipReason.AUTO_SUBMITTED]


@pytest.mark.parametrize("name", [b"To:", b"To :", b"To\t:", b"From :", b"From  :"])
def test_the_first_field_may_have_a_blank_before_the_colon(name: bytes) -> None:
    raw = name + b" a\r\nSubject: x\r\n\r\nHi\r\n"
    result = rewrite(raw, SIGNATURE)
    stamp = b"X-Mailsig-Handled: Yes\r\n"
    assert result.message == stamp + raw + b"\r\n-- \r\nJo Doe\r\n"


def test_dropped_fields_go_from_mail_that_is_not_signed() -> None:
    raw = b"X-Secret: 1\r\n 2\r\n" + FROM + b"Auto-Submitted: auto-replied\r\n" + BODY
    result = rewrite(raw, None, Options(drop_fields=("X-Secret",), handled_field=None))
    assert result.message == raw.replace(b"X-Secret: 1\r\n 2\r\n", b"")
    assert result.outcome == "stripped"


DROPPED = [
    ("stale-as-well", b"Content-Length: 4\r\n", ("content-length",), Options(), b""),
    ("dkim-as-well", DKIM, ("dkim-signature",), Options(), b""),
    ("dkim-kept", DKIM, ("dkim-signature",), Options(dkim="keep"), b""),
    (
        "dkim-renamed",
        DKIM,
        ("dkim-signature",),
        Options(dkim="rename"),
        b"X-Original-" + DKIM,
    ),
    ("arc-kept", ARC, ("arc-seal",), Options(arc="keep"), ARC.partition(b"\r\n")[2]),
]


@pytest.mark.parametrize(
    ("lines", "names", "options", "left"),
    [row[1:] for row in DROPPED],
    ids=[row[0] for row in DROPPED],
)
def test_a_field_that_goes_for_two_reasons_goes_once(
    lines: bytes, names: tuple[str, ...], options: Options, left: bytes
) -> None:
    options = replace(options, drop_fields=names, handled_field=None)
    result = rewrite(lines + FROM + BODY, SIGNATURE, options)
    assert result.message == left + FROM + BODY + b"\r\n-- \r\nJo Doe\r\n"
    told = [(change.name, change.index) for change in result.fields]
    assert len(set(told)) == len(told)


def test_counts_and_digests_that_became_wrong_go() -> None:
    stale = b"Content-MD5: x\r\nContent-Length: 4\r\nLines: 1\r\n"
    result = rewrite(stale + FROM + BODY, SIGNATURE)
    assert stale not in result.message
    assert b"Lines" not in result.message


def test_the_stamp_stands_behind_the_line_of_an_mbox() -> None:
    result = rewrite(b"From x@y Mon\n" + b"To: a\n\nHi\n", None)
    assert result.message == b"From x@y Mon\nX-Mailsig-Handled: Yes\nTo: a\n\nHi\n"


HANDLED = [
    ("same", b"X-Mailsig-Handled: Yes\r\n", True),
    ("case", b"x-mailsig-handled: yES\r\n", True),
    ("folded", b"X-Mailsig-Handled:\r\n Yes\r\n", True),
    ("a-word-among-others", b"X-Mailsig-Handled: by us, really Yes\r\n", True),
    ("a-blank-before-the-colon", b"X-Mailsig-Handled : Yes\r\n", True),
    ("part-of-a-word", b"X-Mailsig-Handled: Yesterday\r\n", False),
    ("another-value", b"X-Mailsig-Handled: No\r\n", False),
]


@pytest.mark.parametrize(
    ("line", "handled"), [row[1:] for row in HANDLED], ids=[row[0] for row in HANDLED]
)
def test_a_handled_message_comes_back_as_it_is(line: bytes, handled: bool) -> None:
    raw = FROM + line + BODY
    result = rewrite(raw, SIGNATURE)
    assert result.changed is not handled
    if handled:
        assert result.message is raw
        assert [skip.reason for skip in result.skipped] == [SkipReason.ALREADY_HANDLED]


RELABELLED = [
    (
        "bare-message",
        b"To: a\r\n\r\n",
        b"To: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n",
    ),
    (
        "charset-alone-changes",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain;\r\n\tformat=flowed;"
        b' Charset="us-ascii" ; delsp=yes\r\nContent-Transfer-Encoding: 7bit\r\n\r\n',
        b"MIME-Version: 1.0\r\nContent-Type: text/plain;\r\n\tformat=flowed;"
        b" Charset=utf-8 ; delsp=yes\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    ),
    (
        "no-charset-yet",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; x=y;\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; x=y; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n",
    ),
    (
        "empty-folded-charset",
        b"MIME-Version: 1.0\nContent-Type: text/plain;\n\tcharset=\n\n",
        b"MIME-Version: 1.0\nContent-Type: text/plain;\n\tcharset=utf-8\n"
        b"Content-Transfer-Encoding: base64\n\n",
    ),
    (
        "rfc2231-charset",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset*=us-ascii''us-ascii\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n",
    ),
    (
        "behind-a-quote-without-end",
        b'MIME-Version: 1.0\r\nContent-Type: text/plain; name="a\r\n\r\n',
        b'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8; name="a\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n",
    ),
    (
        "encoding-twice",
        b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: 7bit\r\n"
        b"Content-Type: text/plain; charset=x\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n",
    ),
    (
        "charset-in-a-comment",
        b"MIME-Version: 1.0\r\nContent-Type: (; charset=x) text/plain; charset=y\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: (; charset=x) text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n",
    ),
    (
        "no-media-type-at-all",
        b"MIME-Version: 1.0\r\nContent-Type: text\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n",
    ),
    (
        "behind-the-last-field-that-everybody-reads",
        b"To: a\r\nno field\r\nCc: b\r\n\r\n",
        b"To: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64\r\nno field\r\nCc: b\r\n\r\n",
    ),
]


def _labelled(parameters: bytes) -> bytes:
    return b"MIME-Version: 1.0\r\nContent-Type: text/plain%b\r\n" % parameters


CHARSETS = {
    "in a quoted value": (
        b'; name="a; charset=foo"',
        b'; name="a; charset=foo"; charset=utf-8',
    ),
    "behind a quoted pair": (
        b'; x="a\\"; charset=foo"; charset=us-ascii',
        b'; x="a\\"; charset=foo"; charset=utf-8',
    ),
    "behind a comment": (b"; charset=(c) us-ascii", b"; charset=(c) utf-8"),
    "before a comment": (b"; charset=us-ascii (c)", b"; charset=utf-8 (c)"),
    "continued": (b"; charset*0=us; charset*1=-ascii; x=y", b"; charset=utf-8; x=y"),
    "continued at the end": (b'; Charset*0=us; charset*1="-ascii"', b"; Charset=utf-8"),
    "a second one": (b"; charset=a; charset=b", b"; charset=utf-8; charset=b"),
    "no value": (b"; charset", b"; charset; charset=utf-8"),
    "a semicolon": (b";", b"; charset=utf-8"),
}
RELABELLED += [
    (
        name.replace(" ", "-"),
        _labelled(before) + b"\r\n",
        _labelled(after) + b"Content-Transfer-Encoding: base64\r\n\r\n",
    )
    for name, (before, after) in CHARSETS.items()
]


@pytest.mark.parametrize(
    ("raw", "out"), [row[1:] for row in RELABELLED], ids=[row[0] for row in RELABELLED]
)
def test_a_part_gets_another_label_and_keeps_its_parameters(raw: bytes, out: bytes) -> None:
    root = scan(raw, 10, 10)
    made = room.FieldEdits()
    newline = room.newline_of(raw)
    room.relabel(root, "utf-8", "base64", newline, made)
    assert apply_edits(raw, made.edits) == out
    added = [change for change in made.changes if change.action == "added"]
    read = scan(out, 10, 10)
    assert read.parameters["charset"] == "utf-8"
    after = read.fields
    for change in added:
        assert after[change.index].name == change.name.lower()


def test_blanks_inside_a_label_are_passed_over_once() -> None:
    """From each of them on, a minute."""
    blanks = b" " * 400_000
    root = scan(_labelled(b"; x=" + blanks + b"y") + b"\r\n", 10, 10)
    made = room.FieldEdits()
    room.relabel(root, "utf-8", "", b"\r\n", made)
    assert made.edits[0].new.endswith(b"y; charset=utf-8\r\n")
