"""Letters: planned in a shorter way, to the same edit."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

import pytest
from cases import (
    ASCII,
    B64,
    DKIM,
    E8,
    HEAD,
    PLAIN,
    QP,
    WIDE,
    html,
    mail,
    multi,
    plain,
)
from hypothesis import event, given
from hypothesis import strategies as st
from shared import messages
from strategies import damaged_mails, mails

import mailsig
from mailsig import letter
from mailsig.scan import scan

Options = mailsig.Options
ARMOUR = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n"
QUOTED = b"Yes.\r\n\r\nOn 2 April at 10:05 Bob wrote:\r\n> No?\r\n"
SIGNED = PLAIN + b"\r\n-- \r\n" + ASCII.text.replace("\n", "\r\n").encode() + b"\r\n"


def is_letter(raw: bytes, signature: mailsig.Signature, options: Options) -> bool:
    root = scan(raw, options.max_depth, options.max_parts)
    return letter.sign(root, signature, options, markers=True) is not None


def in_general(
    raw: bytes, signature: mailsig.Signature, options: Options
) -> mailsig.Result[bytes]:
    with mock.patch("mailsig.letter.sign", return_value=None):
        return mailsig.rewrite(raw, signature, options)


LETTERS = {
    "plain": mail(plain()),
    "no-mime": HEAD + b"\r\n" + PLAIN,
    "8bit": mail(plain(PLAIN, b"UTF-8", E8)),
    "latin-1": mail(plain(PLAIN, b"ISO-8859-1")),
    "no-line-end": mail(plain(b"Hello")),
    "blank-lines-behind": mail(plain(b"Hello\r\n\r\n \r\n")),
    "empty": mail(plain(b"")),
    "a-colon-and-a-dash": mail(plain(b"A well-kept one: 40 euros.\r\n" + PLAIN * 40)),
    "dkim": DKIM + mail(plain()),
    "stale-fields": mail(plain(PLAIN, b"utf-8", b"Lines: 5", b"Content-MD5: x")),
    "one-long-line": mail(plain(b"x" * 2000)),
}
OTHERS = {
    "html": mail(html()),
    "html-without-tags": mail(html(b"Hello")),
    "multipart": mail(multi(b"mixed", b"b", plain())),
    "base64": mail(plain(b"SGVsbG8=\r\n", b"utf-8", B64)),
    "quoted-printable": mail(plain(PLAIN, b"utf-8", QP)),
    "two-encodings": mail(plain(PLAIN, b"utf-8", E8, E8)),
    "unknown-encoding": mail(plain(PLAIN, b"utf-8", b"Content-Transfer-Encoding: x")),
    "other-charset": mail(plain(PLAIN, b"utf-7")),
    "flowed": mail(plain(PLAIN, b"utf-8; format=flowed")),
    "attachment": mail(plain(PLAIN, b"utf-8", b"Content-Disposition: attachment")),
    "not-ascii": mail(plain("Grüße\r\n".encode())),
    "japanese-without-label": HEAD + b"\r\n\x1b$B%F%9%H\x1b(B\r\n",
    "no-blank-line": HEAD,
    "a-line-that-is-no-field": HEAD + b"Content-Type text/html\r\n\r\n" + PLAIN,
    "answer": mail(plain(), b"In-Reply-To: <2@example.org>"),
    "automatic": mail(plain(), b"Auto-Submitted: auto-replied"),
    "marker": mail(plain(b"Hello\r\n{EmailSignature}\r\n")),
    "history": mail(plain(QUOTED)),
    "armour": mail(plain(ARMOUR)),
    "signed-already": mail(plain(SIGNED)),
}
OPTIONS = {
    "defaults": Options(),
    "end": Options(placement="end"),
    "no-delimiter": Options(text_delimiter=False),
    "no-marker": Options(marker=""),
    "replies": Options(replies="short"),
    "fields": Options(dkim="rename", drop_fields=["subject"], handled_field=None),
    "start": Options(placement="start"),
    "client": Options(client_signatures="replace"),
    "thread": Options(once_per_thread=True),
    "small": Options(max_body_octets=10),
}
UNUSUAL = ("start", "client", "thread", "small")


def with_lf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


@pytest.mark.parametrize("of_lines", [bytes, with_lf], ids=["CRLF", "LF"])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize(
    "raw", [*LETTERS.values(), *OTHERS.values()], ids=[*LETTERS, *OTHERS]
)
def test_a_letter_is_signed_as_all_mail_is(
    raw: bytes, options: Options, of_lines: Callable[[bytes], bytes]
) -> None:
    raw = of_lines(raw)
    assert mailsig.rewrite(raw, ASCII, options) == in_general(raw, ASCII, options)


@pytest.mark.parametrize("raw", LETTERS.values(), ids=LETTERS)
def test_plain_mail_is_a_letter(raw: bytes) -> None:
    assert is_letter(raw, ASCII, Options())
    assert is_letter(with_lf(raw), ASCII, Options())


@pytest.mark.parametrize("raw", OTHERS.values(), ids=OTHERS)
def test_what_a_rule_heeds_is_no_letter(raw: bytes) -> None:
    assert not is_letter(raw, ASCII, Options())
    assert not is_letter(with_lf(raw), ASCII, Options())


@pytest.mark.parametrize("name", OPTIONS)
def test_some_options_want_all_of_the_planner(name: str) -> None:
    assert is_letter(LETTERS["plain"], ASCII, OPTIONS[name]) == (name not in UNUSUAL)


def test_a_signature_with_more_than_ascii_wants_all_of_the_planner() -> None:
    assert not is_letter(LETTERS["plain"], WIDE, Options())


def test_a_line_too_long_for_smtp_wants_all_of_the_planner() -> None:
    assert is_letter(LETTERS["plain"], mailsig.Signature(text="x" * 900), Options())
    assert not is_letter(LETTERS["plain"], mailsig.Signature(text="x" * 1000), Options())


def test_a_subject_in_encoded_words_tells_of_an_answer_where_that_matters() -> None:
    raw = b"Subject: =?utf-8?q?Re=3A_=C3=BC?=\r\n\r\n" + PLAIN
    assert is_letter(raw, ASCII, Options())
    assert not is_letter(raw, ASCII, Options(replies="none"))


LINES = st.sampled_from(
    [
        "", " ", "Hello Bob,", "at ten: or so", "- a point", "-- ", "> quoted", "To", "Ann",
        "{EMAILSIGNATURE}", "\x1b$B", "\0", "\f", "a\rb", "x" * 990, "Jo Doe, Example Ltd",
        "https://example.com/?a=b&c=d", "On 2 April at 10:05 Bob wrote:", "From: Bob",
        "-----BEGIN PGP MESSAGE-----", "Grüße", "Sent from my iPhone",
    ]
)  # fmt: skip
FIELDS = st.sampled_from(
    [
        b"Subject: Re: it", b"Subject: =?utf-8?q?AW=3A_it?=", b"Lines: 3", b"no field",
        b"Content-Type: text/plain", b"Content-Type: text/plain; charset=us-ascii",
        b"Content-Type: text/plain; charset=utf-16", b"Content-Type: text",
        b"Content-Transfer-Encoding: 8bit", b"Content-Transfer-Encoding: binary",
        b"Content-Disposition: inline", b"DKIM-Signature: v=1", b"X-Mailsig-Handled: Yes",
        b"Precedence: bulk",
    ]
)  # fmt: skip
SIGNATURES = st.sampled_from([ASCII, WIDE, mailsig.Signature(text="-- \nJo + ~x\n\nY")])


@st.composite
def short_mails(draw: st.DrawFn) -> bytes:
    """Draw mail of one text, most of it letters."""
    newline = draw(st.sampled_from([b"\r\n", b"\n"]))
    fields = [b"From: jo@example.com", *draw(st.lists(FIELDS, max_size=3))]
    lines = [line.encode() for line in draw(st.lists(LINES, max_size=6))]
    return newline.join([*fields, b"", *lines]) + draw(st.sampled_from([b"", newline]))


@given(
    st.one_of(short_mails(), mails().map(lambda mail: mail.raw), damaged_mails()),
    SIGNATURES,
    st.sampled_from(list(OPTIONS.values())),
)
def test_any_mail_is_signed_as_if_there_were_no_letters(
    raw: bytes, signature: mailsig.Signature, options: Options
) -> None:
    event(f"letter: {is_letter(raw, signature, options)}")
    for call in (mailsig.rewrite, mailsig.inject, mailsig.replace_marker):
        result = call(raw, signature, options)
        with mock.patch("mailsig.letter.sign", return_value=None):
            assert call(raw, signature, options) == result


@pytest.mark.parametrize("name", ["corpus", "replies"])
def test_real_mail_is_signed_as_if_there_were_no_letters(name: str) -> None:
    for path, raw in messages(name, 5):
        assert mailsig.rewrite(raw, ASCII) == in_general(raw, ASCII, Options()), path
