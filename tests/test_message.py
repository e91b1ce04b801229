from __future__ import annotations

import copy
import email
import email.generator
import io
import mailbox
import pickle
import threading
from email import policy
from email.message import EmailMessage, Message
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared import messages

import mailsig.flatten
from mailsig.errors import MailsigError
from mailsig.flatten import flatten, parts_of
from mailsig.message import (
    MAX_TREE_DEPTH,
    ParsedMessage,
    UnreadableTreeDefect,
    octets_of,
    parse,
    with_octets,
)

PLAIN = b"From: a@example.com\r\nSubject: Hi\r\n\r\nHello\r\nyou\r\n"
MIXED = (
    b"From: a@example.com\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="out"\r\n\r\n'
    b"preamble\r\n--out\r\n"
    b'Content-Type: multipart/alternative; boundary="in"\r\n\r\n'
    b"--in\r\nContent-Type: text/plain\r\n\r\nHello\r\nyou\r\n"
    b"--in\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--in--\r\n"
    b"--out\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"JVBERg==\r\n--out--\r\nepilogue"
)
REPORT = (
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\n\n'
    b"--r\n\nfailed\n--r\nContent-Type: message/delivery-status\n\n"
    b"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; b@x\nAction: failed\n\n"
    b"--r\nContent-Type: message/rfc822\n\nSubject: old\n\nold body\n--r--\n"
)


def nested(levels: int, newline: bytes = b"\r\n") -> bytes:
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"' % n
        + newline * 2
        + b"--b%d" % n
        + newline
        for n in range(levels)
    )
    return (
        b"MIME-Version: 1.0"
        + newline
        + opening
        + newline
        + b"deep"
        + newline
        + b"down"
        + newline
    )


SHAPES = [
    ("empty", b""),
    ("one-line-end", b"\r\n"),
    ("junk", bytes(range(256)) * 3),
    ("nul-and-high", b"\0\xff\xfe\n\n\0"),
    ("lone-cr", b"A: b\rC: d\r\rbody\r"),
    ("plain", PLAIN),
    ("plain-lf", PLAIN.replace(b"\r\n", b"\n")),
    ("no-final-line-end", PLAIN[:-2]),
    ("mixed-line-ends", b"A: b\nC: d\r\n\nx\r\ny\nz"),
    ("from-line", b"From x@y Mon Jan  1 00:00:00 2024\r\n" + PLAIN),
    ("no-blank-after-colon", b"A:b\nC:\n d\n\nbody\n"),
    ("blank-before-colon", b"A: b\nX-B : v\nC: d\n\nbody\n"),
    ("continuation-first", b" x: y\nA: b\n\nbody"),
    ("nested", MIXED),
    ("nested-lf", MIXED.replace(b"\r\n", b"\n")),
    ("report", REPORT),
    ("unclosed", MIXED[: MIXED.index(b"--out--")]),
    ("no-boundary", b"Content-Type: multipart/mixed\n\n--x\n\nhello\n--x--\n"),
    ("boundary-never", b"Content-Type: multipart/mixed; boundary=x\n\nhello\n"),
    (
        "boundary-angle",
        b'Content-Type: multipart/mixed; boundary="<x>"\n\n--<x>\n\nh\n--<x>--\n',
    ),
    ("8-bit", b"Subject: \xe4\nContent-Type: text/plain; charset=latin1\n\n\xe4\xf6\n"),
    ("odd-content-type", b'Content-Type: ; =\xff;;;*0*="\nContent-Type: x/y/z\n\nbody'),
    ("1000-levels", nested(1000)),
    ("level-150", nested(150)),
]
shapes = pytest.mark.parametrize(
    "raw", [raw for _, raw in SHAPES], ids=[n for n, _ in SHAPES]
)


def look(message: Message) -> None:
    """Look at everything that a reader of the message may look at."""
    for part in message.walk():
        part.keys(), part.defects, part.preamble, part.epilogue, part.is_multipart()
        part.get_payload(decode=True)


def tree_of(message: Message) -> list[Any]:
    """Return everything a message holds, for a comparison before and after."""
    return [
        (
            id(part),
            {k: (list(v) if isinstance(v, list) else v) for k, v in vars(part).items()},
        )
        for part in parts_of(message)
    ]


@shapes
def test_parse_gives_back_the_octets(raw: bytes) -> None:
    message = parse(raw)
    assert isinstance(message, EmailMessage)
    assert message.as_bytes() == raw
    assert bytes(message) == raw


@shapes
def test_parse_gives_back_the_octets_after_a_look(raw: bytes) -> None:
    message = parse(raw)
    look(message)
    assert message.as_bytes() == raw
    assert octets_of(message) == (raw, True)


@given(st.binary(max_size=400))
def test_parse_takes_any_octets(raw: bytes) -> None:
    message = parse(raw)
    assert message.as_bytes() == raw
    look(message)
    assert message.as_bytes() == raw


_pieces = st.sampled_from(
    [
        *(b"--b", b"--b--", b"--bb", b"\n", b"\r\n", b"\r", b" ", b":", b"x", b"\xff"),
        *(b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: message/rfc822"),
        *(b"Content-Type: message/delivery-status", b"Content-Transfer-Encoding: base64"),
        *(b"Content-Type: text/plain; charset*0*=x''%FF", b"From me", b"Subject: x"),
    ]
)


@given(st.lists(_pieces, max_size=30).map(b"".join))
def test_parse_takes_junk_that_looks_like_mail(raw: bytes) -> None:
    message = parse(raw)
    list(message.walk())
    assert message.as_bytes() == raw
    assert octets_of(message) == (raw, True)
    for kind in (policy.default, policy.compat32):
        flatten(email.message_from_bytes(raw, policy=kind))


def test_parse_of_bytes_does_not_copy() -> None:
    assert parse(PLAIN).as_bytes() is PLAIN


def test_parse_copies_what_can_change() -> None:
    source = bytearray(PLAIN)
    by_array, by_view = parse(source), parse(memoryview(source)[::1])
    source[:4] = b"XXXX"
    assert by_array.as_bytes() == PLAIN
    assert by_view.as_bytes() == PLAIN


@pytest.mark.parametrize("source", ["text", None, 7, EmailMessage(), [b"x"]])
def test_parse_names_the_argument_and_what_came(source: Any) -> None:
    rule = f"source must be bytes, bytearray or memoryview, got {type(source).__name__}"
    with pytest.raises(MailsigError) as caught:
        parse(source)
    assert str(caught.value) == rule


def test_parse_builds_no_tree_before_a_look() -> None:
    message = parse(MIXED)
    assert "_headers" not in vars(message)
    assert message.policy is policy.default
    message.as_bytes()
    assert "_headers" not in vars(message)
    assert message["From"] == "a@example.com"
    assert "_headers" in vars(message)


def test_a_parsed_message_reads_as_the_standard_library_reads_it() -> None:
    ours, theirs = parse(MIXED), email.message_from_bytes(MIXED, policy=policy.default)
    assert ours.items() == theirs.items()
    assert [p.get_content_type() for p in ours.walk()] == [
        p.get_content_type() for p in theirs.walk()
    ]
    assert {type(p) for p in ours.iter_parts()} == {EmailMessage}
    body = ours.get_body()
    assert body is not None
    assert body.get_content() == "<p>Hello</p>\n" or body.get_content() == "<p>Hello</p>"
    assert [p.get_content() for p in ours.iter_attachments()] == [b"%PDF"]
    assert ours.preamble == "preamble"
    assert ours.as_string() == theirs.as_string()
    assert str(ours) == str(theirs)
    assert ours.defects == []


def test_an_attribute_that_does_not_exist_is_an_attribute_error() -> None:
    message = parse(PLAIN)
    with pytest.raises(
        AttributeError, match="'ParsedMessage' object has no attribute 'nose'"
    ):
        message.nose  # noqa: B018
    assert "_headers" not in vars(message)


def test_an_empty_parsed_message_is_an_ordinary_message() -> None:
    message = ParsedMessage()
    message["Subject"] = "x"
    message.set_content("hello")
    assert message.as_bytes().startswith(b"Subject: x\n")
    assert copy.deepcopy(message).as_bytes() == message.as_bytes()


def _append_field(message: EmailMessage) -> None:
    message["X-New"] = "1"


def _delete_field(message: EmailMessage) -> None:
    del message["From"]


def _replace_field(message: EmailMessage) -> None:
    message.replace_header("From", "b@example.com")


def _live_list(message: EmailMessage) -> None:
    message.get_payload().pop()


def _deep_field(message: EmailMessage) -> None:
    message.get_payload(0).get_payload(1)["X-New"] = "1"


def _deep_payload(message: EmailMessage) -> None:
    message.get_payload(0).get_payload(0).set_payload("Bye")


def _swap_parts(message: EmailMessage) -> None:
    message.get_payload().reverse()


def _twin_part(message: EmailMessage) -> None:
    message.get_payload()[1] = copy.copy(message.get_payload()[1])


def _preamble(message: EmailMessage) -> None:
    message.preamble = "other"


def _epilogue(message: EmailMessage) -> None:
    message.epilogue = None


def _default_type(message: EmailMessage) -> None:
    message.get_payload(0).set_default_type("message/rfc822")


def _attachment(message: EmailMessage) -> None:
    message.add_attachment(b"x", maintype="application", subtype="zip")


def _clear(message: EmailMessage) -> None:
    message.clear_content()


ALTERATIONS = [
    _append_field, _delete_field, _replace_field, _live_list, _deep_field, _deep_payload,
    _swap_parts, _twin_part, _preamble, _epilogue, _default_type, _attachment, _clear,
]  # fmt: skip
alterations = pytest.mark.parametrize("alter", ALTERATIONS, ids=lambda f: f.__name__[1:])


@alterations
def test_an_altered_message_is_written_by_the_standard_library(alter: Any) -> None:
    ours, theirs = parse(MIXED), email.message_from_bytes(MIXED, policy=policy.default)
    alter(ours)
    alter(theirs)
    ours_out, theirs_out = ours.as_bytes(), theirs.as_bytes()
    assert ours_out == theirs_out
    assert ours_out != MIXED
    found = octets_of(ours)
    assert found is not None
    assert not found[1]


def test_an_alteration_taken_back_is_none() -> None:
    message = parse(MIXED)
    message["X-New"] = "1"
    part = message.get_payload().pop()
    assert message.as_bytes() != MIXED
    del message["X-New"]
    message.get_payload().append(part)
    assert message.as_bytes() == MIXED


def test_a_note_of_the_caller_is_no_alteration() -> None:
    message = parse(MIXED)
    message.seen = True
    assert message.as_bytes() is MIXED
    twin = copy.deepcopy(message)
    assert twin.seen
    assert twin.as_bytes() == MIXED


def test_arguments_and_another_policy_ask_for_the_standard_library() -> None:
    raw = PLAIN.replace(b"Subject:", b"Subject:  ")
    ours, theirs = parse(raw), email.message_from_bytes(raw, policy=policy.default)
    assert ours.as_bytes(policy=policy.SMTP) == theirs.as_bytes(policy=policy.SMTP)
    ours.set_unixfrom("From me")
    theirs.set_unixfrom("From me")
    assert ours.as_bytes(unixfrom=True) == theirs.as_bytes(unixfrom=True)
    other = parse(raw)
    other.policy = policy.SMTP
    assert other.as_bytes() == theirs.as_bytes(policy=policy.SMTP)
    assert octets_of(other) == (raw, True)
    out = io.BytesIO()
    email.generator.BytesGenerator(out, policy=policy.SMTP).flatten(parse(raw))
    assert out.getvalue() == theirs.as_bytes(policy=policy.SMTP)


@pytest.mark.parametrize("looked", [False, True])
@pytest.mark.parametrize(
    "twin_of", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_a_copy_has_the_octets_and_a_life_of_its_own(twin_of: Any, looked: bool) -> None:
    message = parse(MIXED)
    if looked:
        look(message)
    twin = twin_of(message)
    assert type(twin) is ParsedMessage
    assert twin.as_bytes() == MIXED
    twin["X-New"] = "1"
    assert b"X-New" in twin.as_bytes()
    assert message.as_bytes() == MIXED


@pytest.mark.parametrize(
    "twin_of", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_a_copy_of_an_altered_message_is_altered(twin_of: Any) -> None:
    message = parse(MIXED)
    message.get_payload().pop()
    twin = twin_of(message)
    assert twin.as_bytes() == message.as_bytes() != MIXED


def test_a_shallow_copy_shares_the_parts_as_any_message_does() -> None:
    message = parse(MIXED)
    twin = copy.copy(message)
    assert twin.as_bytes() == MIXED
    assert twin.get_payload() is message.get_payload()
    del twin["From"]  # what smtplib.send_message does with Bcc
    assert twin.as_bytes() != MIXED
    assert message.as_bytes() == MIXED


MAILBOX_KINDS = [
    mailbox.BabylMessage, mailbox.MHMessage, mailbox.MMDFMessage, mailbox.MaildirMessage,
    mailbox.mboxMessage,
]  # fmt: skip


@pytest.mark.parametrize("kind", MAILBOX_KINDS, ids=lambda kind: kind.__name__)
def test_a_mailbox_takes_a_message_in(kind: Any) -> None:
    # The constructors of these classes take what is in a deep copy's __dict__.
    message = parse(MIXED)
    kept = kind(message)
    assert kept.items() == message.items()
    assert [p.get_content_type() for p in kept.walk()] == [
        p.get_content_type() for p in message.walk()
    ]
    assert octets_of(kept) == (MIXED, False)
    assert message.as_bytes() is MIXED


@pytest.mark.parametrize("levels", [MAX_TREE_DEPTH - 1, MAX_TREE_DEPTH, 400, 1000, 3000])
def test_every_method_survives_any_depth(levels: int) -> None:
    raw = nested(levels)
    message = parse(raw)
    depth = len(list(message.walk()))
    assert depth in (1, levels + 1)
    assert (depth == 1) == any(isinstance(d, UnreadableTreeDefect) for d in message.defects)
    message.as_string()
    message.get_body()
    for twin in (copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
        assert twin.as_bytes() == raw
    message["X-New"] = "1"
    assert b"X-New" in message.as_bytes()


def test_many_parts_are_no_trouble() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\n\nx\n" * 20_000
        + b"--b--\n"
    )
    message = parse(raw)
    assert len(message.get_payload()) == 20_000
    assert message.as_bytes() is raw
    message.get_payload()[12_345].set_payload("y")
    assert message.as_bytes() != raw


def test_a_look_from_many_threads_finds_one_tree() -> None:
    message = parse(MIXED)
    seen: list[int] = []
    barrier = threading.Barrier(8)

    def first_look() -> None:
        barrier.wait()
        seen.append(id(message.get_payload()[0]))

    threads = [threading.Thread(target=first_look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1
    assert message.as_bytes() is MIXED


# ------------------------------------------------------------ objects of others

POLICIES = [policy.default, policy.compat32, policy.SMTP, policy.strict]
policies = pytest.mark.parametrize(
    "kind", POLICIES, ids=["default", "compat32", "SMTP", "strict"]
)

# Where the standard library's parser keeps too little to tell how the octets were.
NOT_FLAT = {
    "junk", "nul-and-high", "lone-cr", "mixed-line-ends", "no-blank-after-colon",
    "continuation-first", "odd-content-type", "1000-levels",
}  # fmt: skip


@pytest.mark.parametrize(
    "kind", [policy.default, policy.compat32], ids=["default", "compat32"]
)
@pytest.mark.parametrize(
    "raw",
    [raw for name, raw in SHAPES if name not in NOT_FLAT | {"empty", "one-line-end"}],
    ids=[name for name, _ in SHAPES if name not in NOT_FLAT | {"empty", "one-line-end"}],
)
def test_flatten_writes_what_the_parser_read(raw: bytes, kind: Any) -> None:
    message = email.message_from_bytes(raw, policy=kind)
    before = tree_of(message)
    assert octets_of(message) == (raw, False)
    assert tree_of(message) == before


def built_default(kind: Any = policy.default) -> EmailMessage:
    message = EmailMessage(policy=kind)
    message["From"] = "Jörg Müller <a@example.com>"
    message["To"] = ", ".join(f"name{n}@example.com" for n in range(40))
    message["Subject"] = "ünï " * 30
    message.set_content("Grüße\nFrom here\n")
    message.add_alternative("<p>Grüße €</p>\n", subtype="html")
    message.get_payload()[1].add_related(b"\x89PNG" * 50, maintype="image", subtype="png")
    message.add_attachment(
        bytes(range(256)), maintype="application", subtype="zip", filename="ä.zip"
    )
    inner = EmailMessage(policy=kind)
    inner["Subject"] = "inner"
    inner.set_content("inner body\n")
    message.add_attachment(inner)
    return message


def built_compat32() -> Message:
    message = MIMEMultipart("mixed", boundary="fixed")
    subject = email.header.Header("Grüße " * 20, "utf-8")
    subject.append("two chunks", "utf-8")  # Header.encode() makes one of them, in place
    message["Subject"] = subject
    message["To"] = ", ".join(f"name{n}@example.com" for n in range(9))
    message.attach(MIMEText("Grüße\n", "plain", "utf-8"))
    message.attach(MIMEText("plain\n", "plain", "us-ascii"))
    message.attach(MIMEApplication(b"\0\1\2" * 100))
    inner = Message()
    inner["Subject"] = "inner"
    inner.set_payload("inner body\n")
    message.attach(MIMEMessage(inner))
    return message


@pytest.mark.parametrize("kind", [policy.default, policy.SMTP], ids=["default", "SMTP"])
def test_flatten_writes_a_built_message_as_the_standard_library_does(kind: Any) -> None:
    message = built_default(kind)
    for n, part in enumerate(message.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"b{n}")
    assert flatten(message) == message.as_bytes()


def test_flatten_writes_a_built_compat32_message_as_the_standard_library_does() -> None:
    message = built_compat32()
    del message["To"]  # 78 octets: refolded there, not here
    assert flatten(message) == message.as_bytes()


@pytest.mark.parametrize("make", [built_default, built_compat32])
def test_flatten_mutates_nothing(make: Any) -> None:
    message = make()
    before, pickled = tree_of(message), pickle.dumps(message)
    assert flatten(message) == flatten(message)
    assert tree_of(message) == before
    assert pickle.dumps(message) == pickled


def test_flatten_gives_a_missing_boundary_to_the_octets_alone() -> None:
    message = built_default()
    out = flatten(message)
    assert out is not None
    assert message.get_boundary() is None
    again = email.message_from_bytes(out, policy=policy.default)
    assert [p.get_content_type() for p in again.walk()] == [
        p.get_content_type() for p in message.walk()
    ]
    assert again.defects == []
    # The same octets at every call, and at every level another boundary.
    assert flatten(message) == out
    boundaries = [
        p.get_boundary() for p in again.walk() if p.is_multipart() and p.get_boundary()
    ]
    assert len(set(boundaries)) == len(boundaries) == 3


def test_flatten_folds_what_a_program_made_too_long() -> None:
    message = Message()
    message["To"] = ", ".join(f"name{n}@example.com" for n in range(400))
    message.set_payload("x\n")
    out = flatten(message)
    assert out is not None
    assert max(map(len, out.splitlines())) <= 998
    assert flatten(email.message_from_bytes(out)) == out


def test_flatten_keeps_what_a_parser_read_too_long() -> None:
    raw = b"To: " + b"a@example.com, " * 100 + b"b@example.com\n\nx\n"
    assert flatten(email.message_from_bytes(raw, policy=policy.default)) == raw


def test_flatten_gives_a_line_fed_part_the_line_ends_of_a_crlf_message() -> None:
    message = email.message_from_bytes(MIXED, policy=policy.default)
    message.add_attachment(b"x" * 100, maintype="application", subtype="zip")
    out = flatten(message)
    assert out is not None
    assert out.count(b"\n") == out.count(b"\r\n")
    assert b"\r\nepilogue" in out


BINARY = b"\0\n\1\r\n\xff\n\r"


def attached(octets: bytes, kind: Any = policy.default) -> EmailMessage:
    message = EmailMessage(policy=kind)
    message.set_content("Hello\n")
    message.add_attachment(octets, maintype="application", subtype="x", cte="binary")
    message.set_boundary("b")
    return message


def test_flatten_keeps_the_octets_of_a_binary_part() -> None:
    built = flatten(attached(BINARY, policy.SMTP))
    assert built is not None
    assert b"\r\n\r\n" + BINARY + b"\r\n--b--\r\n" in built
    for kind in POLICIES:  # most of the line ends are the binary part's
        message = email.message_from_bytes(built, policy=kind)
        assert flatten(message) == built
    into_crlf = email.message_from_bytes(MIXED, policy=policy.default)
    into_crlf.attach(attached(b"\n" * 99).get_payload(1))
    out = flatten(into_crlf)
    assert out is not None
    assert b"\r\n\r\n" + b"\n" * 99 + b"\r\n--out--\r\n" in out


MIXED_LINE_ENDS = [
    ("line-fed-last", "Hello\r\nyou\n", b"Hello\r\nyou\r\n"),
    ("line-fed-first", "Hello\nyou\r\n", b"Hello\r\nyou\r\n"),
    ("lone-return", "Hello\ryou\n\n", b"Hello\ryou\r\n\r\n"),
]


@pytest.mark.parametrize(
    ("text", "octets"),
    [row[1:] for row in MIXED_LINE_ENDS],
    ids=[row[0] for row in MIXED_LINE_ENDS],
)
def test_flatten_leaves_no_line_feed_alone_where_the_policy_says_crlf(
    text: str, octets: bytes
) -> None:
    out = flatten(MIMEText(text, policy=policy.SMTP))
    assert out is not None
    assert out.endswith(b"\r\n\r\n" + octets)


@pytest.mark.parametrize("fold", ["\r\n ", "\n "], ids=["crlf", "lf"])
def test_flatten_looks_once_at_a_part_of_many_fields(
    fold: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = "".join(f"X-{n}: a{fold}b{fold[:-1]}" for n in range(200)) + fold[:-1]
    raw += "hello\r\n" * 300
    looks: list[Message] = []
    look = mailsig.flatten._is_built
    monkeypatch.setattr(
        "mailsig.flatten._is_built", lambda part: looks.append(part) or look(part)
    )
    assert flatten(email.message_from_bytes(raw.encode())) is not None
    assert 0 < len(looks) < 10


def test_flatten_keeps_the_line_ends_of_the_message_against_the_policy_alone() -> None:
    raw = MIXED.replace(b"\r\n", b"\n")
    assert flatten(email.message_from_bytes(raw, policy=policy.default)) == raw
    assert flatten(email.message_from_bytes(MIXED, policy=policy.default)) == MIXED
    # SMTP asks for CRLF in so many words.
    assert flatten(email.message_from_bytes(raw, policy=policy.SMTP)) == MIXED


def test_flatten_writes_an_empty_line_once_a_body_was_replaced() -> None:
    message = email.message_from_bytes(
        b"A: b\nX-B : v\nC: d\n\nbody\n", policy=policy.default
    )
    message.set_payload("Re: hello\n")
    assert flatten(message) == b"A: b\n\nRe: hello\n"


def _text_outside_ascii() -> Message:
    message = Message()
    message.set_payload("Grüße")
    return message


def _text_outside_its_charset() -> Message:
    message = Message()
    message["Content-Type"] = "text/plain; charset=latin-1"
    message.set_payload("€")
    return message


def _own_child() -> Message:
    message = MIMEMultipart(boundary="b")
    message.attach(message)
    return message


def _field_injection() -> Message:
    message = Message()
    message["Subject"] = "x\nBcc: b@example.com"
    message.set_payload("x")
    return message


def _parts_in_a_text() -> Message:
    message = EmailMessage()
    message["Content-Type"] = "text/plain"
    message.attach(EmailMessage())
    return message


@pytest.mark.parametrize(
    "make",
    [
        _text_outside_ascii,
        _text_outside_its_charset,
        _own_child,
        _field_injection,
        _parts_in_a_text,
    ],
)
def test_octets_of_is_none_where_a_message_can_not_be_written(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailsig.flatten.MAX_PARTS", 1000)
    assert octets_of(make()) is None


def test_flatten_encodes_text_by_the_charset_of_its_part() -> None:
    message = Message()
    message["Content-Type"] = "text/plain; charset=latin-1"
    message.set_payload("Grüße\n")
    assert flatten(message) == (
        b"Content-Type: text/plain; charset=latin-1\n\nGr\xfc\xdfe\n"
    )


def test_flatten_writes_octets_and_single_messages_for_payloads() -> None:
    message = Message()
    message["Content-Type"] = "application/octet-stream"
    message.set_payload(b"\0\r\xff\n")
    assert flatten(message) == b"Content-Type: application/octet-stream\n\n\0\r\xff\n"
    outer = Message()
    outer["Content-Type"] = "message/rfc822"
    outer.set_payload(message)
    assert flatten(outer) == b"Content-Type: message/rfc822\n\n" + (flatten(message) or b"")
    empty = MIMEMultipart(boundary="b")
    assert flatten(empty) == empty.as_bytes()
    assert flatten(Message()) == Message().as_bytes()


@policies
@shapes
def test_with_octets_keeps_the_policy_and_the_octets(raw: bytes, kind: Any) -> None:
    result = with_octets(Message(policy=kind), raw)
    assert isinstance(result, EmailMessage)
    assert result.policy is kind
    assert result.as_bytes() is raw
    # Under any policy the tree can be looked at: a strict one raises for nobody.
    look_kind = [part.policy for part in result.walk()]
    assert look_kind == [kind] * len(look_kind)
    assert result.as_bytes() is raw


# ------------------------------------------------------------ real mail


def test_real_mail_comes_back_as_it_was() -> None:
    for name, raw in messages("corpus", every=5):
        message = parse(raw)
        assert message.as_bytes() is raw, name
        list(message.walk())
        assert message.as_bytes() is raw, name


@pytest.mark.parametrize(
    "kind", [policy.default, policy.compat32], ids=["default", "compat32"]
)
def test_real_mail_is_written_better_than_by_the_standard_library(kind: Any) -> None:
    ours = theirs = count = 0
    for name, raw in messages("corpus", every=5):
        message = email.message_from_bytes(raw, policy=kind)
        out = flatten(message)
        assert out is not None, name
        count += 1
        ours += out == raw
        try:
            theirs += message.as_bytes() == raw
        except (ValueError, LookupError):
            assert out is not None
    assert ours > 0.75 * count
    assert ours > 2 * theirs
