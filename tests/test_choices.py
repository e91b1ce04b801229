"""What each option does to a whole message, and what each limit and each reason keeps."""

from __future__ import annotations

import base64
import email
import pickle
from typing import Any

import pytest
from cases import ASCII, B64, HEAD, QP, WIDE, Case, b64, html, mail, multi, part, plain

import mailsig
from mailsig import Options, Signature, guard, quoted_printable
from mailsig.transfer import decode, encode
from mailsig.types import NotSignedError

SHORT = Signature(text="Jo, in short")
BOTH = Signature(html=ASCII.html, text=ASCII.text, reply=SHORT)
FRESH = mail(plain(b"Hello Bob,\r\nhere it is.\r\n"))
REPLY = mail(
    plain(
        b"My answer.\r\n\r\nOn Tue, 2 Jan 2024 at 10:00, Bob <b@example.org> wrote:\r\n"
        b"> Old text\r\n"
    )
)
BY_FIELD = mail(plain(b"My answer.\r\n"), b"In-Reply-To: <1@example.com>")
SIGNED_REPLY = REPLY.replace(
    b"> Old text", b"> Jo Doe, Example Ltd\r\n> https://example.com/?a=b&c=d"
)
SIGNED_HTML_REPLY = mail(
    html(
        b"<div>My answer.</div><div class=gmail_quote>On Tue, Bob wrote:<blockquote "
        b"class=gmail_quote>Old text" + ASCII.html.encode() + b"</blockquote></div>\r\n"
    )
)
MARKED = mail(plain(b"Hello\r\n{EMAILSIGNATURE}\r\n"))
PHONE = mail(plain(b"Hello Bob\r\n\r\nSent from my iPhone\r\n"))
PHONE_HTML = mail(
    html(b"<div>Hello Bob</div><div><br></div><div>Sent from my iPhone</div>\r\n")
)
PHONE_IN_PARAGRAPH = mail(html(b"<p>Hello Bob<br>Sent from my iPhone<br></p>\r\n"))
PHONE_REPLY = mail(
    plain(
        b"Hello Bob\r\n\r\nSent from my iPhone\r\n\r\n"
        b"On Tue, 2 Jan 2024 at 10:00, Bob <b@example.org> wrote:\r\n> Old text\r\n"
    )
)

# id, message, options, octets that the output has (None: it isn't signed), octets it lacks
CHOSEN: list[tuple[str, bytes, dict[str, Any], bytes | None, bytes]] = [
    ("reply-same", REPLY, {"replies": "same"}, b"Jo Doe, Example", b"in short"),
    ("reply-short", REPLY, {"replies": "short"}, b"Jo, in short", b"Jo Doe"),
    ("reply-none", REPLY, {"replies": "none"}, None, b"Jo"),
    ("reply-by-field", BY_FIELD, {"replies": "short"}, b"Jo, in short", b"Jo Doe"),
    ("fresh-short", FRESH, {"replies": "short"}, b"Jo Doe, Example", b"in short"),
    ("fresh-none", FRESH, {"replies": "none"}, b"Jo Doe, Example", b"in short"),
    ("marker-none", MARKED, {"replies": "none"}, b"Jo Doe, Example", b"{EMAIL"),
    ("thread-again", SIGNED_REPLY, {}, b"My answer.\r\n\r\nJo Doe", b"-- \r\n"),
    ("thread-once", SIGNED_REPLY, {"once_per_thread": True}, None, b"\nJo Doe"),
    ("thread-once-html", SIGNED_HTML_REPLY, {"once_per_thread": True}, None, b"\nJo"),
    ("thread-once-first", REPLY, {"once_per_thread": True}, b"\nJo Doe", b"in short"),
    ("end", REPLY, {"placement": "end"}, b"Old text\r\n\r\n-- \r\nJo Doe", b"r.\r\n\r\nJo"),
    ("start", REPLY, {"placement": "start"}, b"\r\n\r\nJo Doe", b"-- \r\n"),
    ("auto", REPLY, {}, b"My answer.\r\n\r\nJo Doe", b"-- \r\n"),
    ("no-delimiter", FRESH, {"text_delimiter": False}, b"is.\r\n\r\nJo Doe", b"-- \r\n"),
    ("phone-kept", PHONE, {}, b"iPhone\r\n\r\n-- \r\nJo Doe", b"in short"),
    (
        "phone-replaced",
        PHONE,
        {"client_signatures": "replace"},
        b"Bob\r\n\r\n-- \r\nJo Doe",
        b"iPhone",
    ),
    (
        "phone-replaced-html",
        PHONE_HTML,
        {"client_signatures": "replace"},
        b"<div><br></div><div data-mailsig",
        b"iPhone",
    ),
    (
        "phone-replaced-reply",
        PHONE_REPLY,
        {"client_signatures": "replace"},
        b"Bob\r\n\r\nJo Doe",
        b"iPhone",
    ),
    (
        "phone-in-a-paragraph",
        PHONE_IN_PARAGRAPH,
        {"client_signatures": "replace"},
        b"Sent from my iPhone<br></p>\r\n<div data-mailsig",
        b"in short",
    ),
    (
        "phone-at-the-end",
        PHONE,
        {"client_signatures": "replace", "placement": "end"},
        b"iPhone\r\n\r\n-- \r\nJo Doe",
        b"in short",
    ),
]


@pytest.mark.parametrize(
    ("raw", "values", "holds", "lacks"),
    [row[1:] for row in CHOSEN],
    ids=[row[0] for row in CHOSEN],
)
def test_an_option_changes_what_it_says(
    raw: bytes, values: dict[str, Any], holds: bytes | None, lacks: bytes
) -> None:
    options = Options(handled_field=None, **values)
    result = mailsig.rewrite(raw, BOTH, options)
    assert result.signed is (holds is not None)
    assert holds is None or holds in result.message
    assert lacks not in result.message
    assert mailsig.apply_edits(result.message, result.inverse) == raw
    again = mailsig.rewrite(result.message, BOTH, options)
    assert not again.changed


def test_no_signature_for_replies_takes_the_marker_out() -> None:
    raw = MARKED.replace(b"Subject", b"In-Reply-To: <1@example.com>\r\nSubject")
    result = mailsig.rewrite(raw, BOTH, Options(replies="none", handled_field=None))
    assert not result.signed
    assert result.outcome == "replaced"
    assert [skip.reason.value for skip in result.skipped] == ["no-signature"]
    assert b"{EMAIL" not in result.message


TREE = mail(multi(b"mixed", b"b1", multi(b"alternative", b"b2", plain(), html())))
LIMITS = [
    ({"max_octets": len(TREE) - 1}, {"max_octets": len(TREE)}, "max_octets", True),
    ({"max_header_octets": 50}, {"max_header_octets": 1000}, "max_header_octets", False),
    ({"max_body_octets": 20}, {"max_body_octets": 1000}, "max_body_octets", True),
    ({"max_depth": 1}, {"max_depth": 2}, "max_depth", True),
    ({"max_parts": 3}, {"max_parts": 4}, "max_parts", True),
]


@pytest.mark.parametrize(
    ("low", "high", "name", "stamped"), LIMITS, ids=[row[2] for row in LIMITS]
)
def test_a_message_over_a_limit_is_not_signed(
    low: dict[str, int], high: dict[str, int], name: str, stamped: bool
) -> None:
    result = mailsig.rewrite(TREE, ASCII, Options(**low))
    assert [(skip.reason.value, skip.detail) for skip in result.skipped] == [
        ("limit", name)
    ]
    assert (result.outcome == "stamped") is stamped
    assert result.message.endswith(TREE)
    assert not mailsig.rewrite(result.message, ASCII, Options(**low)).changed or not stamped
    assert mailsig.rewrite(TREE, ASCII, Options(**high)).signed
    for call in (mailsig.inject, mailsig.replace_marker):
        assert not call(TREE, ASCII, Options(**low)).signed


def test_over_a_limit_the_handled_field_says_nothing_about_stripping() -> None:
    raw = b"X-Mailsig-Handled: Yes\r\n" + TREE
    options = Options(max_parts=3)
    [skip] = mailsig.strip_dkim(raw, options).skipped
    assert (skip.reason.value, skip.detail) == ("limit", "max_parts")
    [skip] = mailsig.inject(raw, ASCII, options).skipped
    assert skip.reason.value == "already-handled"


# id, header lines, the reason, whether an option allows it
SAID = [
    ("recall", b"Content-Class: urn:content-classes:recallmessage", "report", False),
    ("rpmsg", b"Content-Class: rpmsg.message", "rights-managed", False),
    ("meeting", b"Content-Class: urn:content-classes:calendarmessage", "calendar", True),
    ("journal", b"X-MS-Journal-Report:", "report", False),
    ("automatic", b"Auto-Submitted: auto-generated (rfc3834)", "auto-submitted", True),
    ("automatic-behind", b"Auto-Submitted: (a; b) auto-replied", "auto-submitted", True),
    ("autoreply", b"X-Autoreply: yes", "auto-submitted", True),
    ("precedence", b"Precedence: auto_reply", "auto-submitted", True),
]


@pytest.mark.parametrize(
    ("line", "reason", "allowed"), [row[1:] for row in SAID], ids=[row[0] for row in SAID]
)
def test_a_field_that_says_why_not(line: bytes, reason: str, allowed: bool) -> None:
    raw = mail(plain(), line)
    marked = mail(plain(b"Hi\r\n{EMAILSIGNATURE}\r\n"), line)
    result = mailsig.inject(raw, ASCII)
    assert [skip.reason.value for skip in result.skipped] == [reason]
    assert mailsig.rewrite(marked, ASCII).signed is allowed
    if allowed:
        options = Options(allow=frozenset({mailsig.SkipReason(reason)}))
        assert mailsig.inject(raw, ASCII, options).signed


@pytest.mark.parametrize(
    "line",
    [
        b"Auto-Submitted: no",
        b"Auto-Submitted: No; owner",
        b"X-Autoreply: no",
        b"Precedence: bulk",
        b"X-Auto-Response-Suppress: All",
        b"Content-Class: urn:content-classes:message",
    ],
)
def test_a_field_that_is_no_reason(line: bytes) -> None:
    assert mailsig.inject(mail(plain(), line), ASCII).signed


ARMOUR = b"-----BEGIN PGP MESSAGE-----\r\nabc\r\n-----END PGP MESSAGE-----\r\n"
QUOTED_ARMOUR = b"".join(b"> " + line + b"\r\n" for line in ARMOUR.splitlines())
ATTRIBUTION = b"On Tue, 2 Jan 2024 at 10:00, Bob <b@example.org> wrote:\r\n"
PGP = [
    Case(id="alone", raw=mail(plain(ARMOUR)), signed=()),
    Case(id="below-a-quote", raw=mail(plain(b"> q\r\n\r\n" + ARMOUR)), signed=()),
    Case(
        id="between-quotes",
        raw=mail(plain(b"> q\r\nHi\r\n" + ARMOUR + b"> q\r\n")),
        signed=(),
    ),
    Case(
        id="quoted-between",
        raw=mail(plain(b"> q\r\nHi\r\n" + QUOTED_ARMOUR + b"Hi again\r\n")),
    ),
    Case(
        id="in-the-history",
        raw=mail(plain(b"Hi\r\n\r\n" + ATTRIBUTION + QUOTED_ARMOUR)),
    ),
    Case(
        id="raw-in-the-history",
        raw=mail(
            plain(
                b"Hi\r\n\r\n-----Original Message-----\r\nFrom: Bob\r\nSent: Monday\r\nTo: Ann\r\nSubject: x\r\n\r\n"
                + ARMOUR
            )
        ),
    ),
    Case(id="behind-a-mark", raw=mail(plain(b"\xef\xbb\xbf" + ARMOUR)), signed=()),
    Case(id="lone-cr", raw=mail(plain(b"Hi\r" + ARMOUR.replace(b"\n", b""))), signed=()),
    Case(
        id="in-parts",
        raw=mail(plain(ARMOUR.replace(b"MESSAGE", b"MESSAGE, PART 1/2"))),
        signed=(),
    ),
    Case(id="named", raw=mail(plain(b"What is -----BEGIN PGP MESSAGE-----?\r\n"))),
    Case(id="html", raw=mail(html(b"<pre>" + ARMOUR + b"</pre>\r\n")), signed=()),
]


@pytest.mark.parametrize("case", PGP, ids=lambda case: case.id)
def test_only_armour_that_the_author_wrote_counts(case: Case) -> None:
    result = mailsig.inject(case.raw, ASCII)
    assert result.signed is bool(case.signed)
    if not result.signed:
        assert [skip.reason.value for skip in result.skipped] == ["inline-pgp"]


def test_require_signed_hands_the_result_on_or_says_why_not() -> None:
    result = mailsig.inject(FRESH, ASCII)
    assert result.require_signed() is result
    with pytest.raises(NotSignedError) as caught:
        mailsig.strip_dkim(FRESH).require_signed()
    assert str(caught.value) == "the message was not signed: nothing-to-strip"
    assert caught.value.skipped[0].reason.value == "nothing-to-strip"


def test_equal_results_are_equal() -> None:
    one, other = (mailsig.inject(FRESH, ASCII) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != mailsig.inject(FRESH, SHORT)


def test_a_message_object_that_cannot_be_written_comes_back() -> None:
    message = mailsig.parse(HEAD + b"\r\nHi\r\n")
    message.set_payload([1, 2])  # type: ignore[list-item]
    result = mailsig.rewrite(message, ASCII)
    assert result.message is message
    assert [skip.reason.value for skip in result.skipped] == ["malformed-structure"]


@pytest.mark.parametrize(("end", "found"), [(0, False), (4, False), (5, True), (99, True)])
def test_armour_belongs_to_the_range_in_which_it_begins(end: int, found: bool) -> None:
    text = "Hi\r\n-----BEGIN PGP MESSAGE-----\r\n"
    assert guard.has_inline_pgp(text, ((0, end),), html=False) is found
    assert guard.has_inline_pgp(text, ((0, 0), (min(end, 4), end)), html=False) is found


NAMED = b'Content-Disposition: inline; filename="a.txt"'


@pytest.mark.parametrize(
    ("parts", "signed"),
    [
        ((plain(b"Hi\r\n", b"utf-8", NAMED),), ((0,),)),
        ((plain(b"Hi\r\n", b"utf-8", NAMED), html()), ((0,),)),
        ((plain(b"Hi\r\n"), plain(b"log\r\n", b"utf-8", NAMED)), ((0,),)),
        ((plain(b"Hi\r\n"), plain(b"more\r\n")), ((1,),)),
    ],
    ids=["first", "first-of-two", "second", "second-without"],
)
def test_a_file_name_makes_no_attachment_of_the_first_text(
    parts: tuple[bytes, ...], signed: tuple[tuple[int, ...], ...]
) -> None:
    result = mailsig.inject(mail(multi(b"mixed", b"b1", *parts)), ASCII)
    assert tuple(each.path for each in result.parts) == signed


FOREIGN = Signature(text="Jörg Müller, Łódź")
ENCODED = [
    ("ascii-stays", "Hello\r\n" * 20, ASCII, b"7bit"),
    ("mostly-ascii", "Hello\r\n" * 20, FOREIGN, b"quoted-printable"),
    ("mostly-not", "Hi\r\n", Signature(text="株式会社" * 9), b"base64"),
]


@pytest.mark.parametrize(
    ("text", "signature", "encoding"),
    [row[1:] for row in ENCODED],
    ids=[row[0] for row in ENCODED],
)
def test_a_7bit_part_gets_the_encoding_that_reads_best(
    text: str, signature: Signature, encoding: bytes
) -> None:
    seven_bit = b"Content-Transfer-Encoding: 7bit"
    result = mailsig.inject(mail(plain(text.encode(), b"us-ascii", seven_bit)), signature)
    assert b"Content-Transfer-Encoding: " + encoding in result.message


def test_a_body_that_is_written_anew_is_edited_where_it_differs() -> None:
    text = "日本語です。\r\n" * 200
    raw = mail(plain(text.encode("iso-2022-jp"), b"iso-2022-jp"))
    ours = Signature(text="株式会社")
    result = mailsig.inject(raw, ours)
    assert sum(len(edit.new) for edit in result.edits) < 60
    seven_bit = b"Content-Transfer-Encoding: 7bit"
    raw = mail(plain(b"An ordinary line.\r\n" * 200, b"us-ascii", seven_bit))
    result = mailsig.inject(raw, FOREIGN)
    assert sum(len(edit.new) for edit in result.edits) < 200
    eight_bit = b"Content-Transfer-Encoding: 8bit"
    german = b"An ordinary line.\r\n" * 200 + b"Gr\xfc\xdfe\r\n"
    raw = mail(plain(german, b"iso-8859-1", eight_bit))
    result = mailsig.inject(raw, FOREIGN)
    assert sum(len(edit.new) for edit in result.edits) < 200
    assert b"An ordinary line.\r\nGr\xc3\xbc\xc3\x9fe\r\n" in result.message


MISLABELLED = [
    ("unknown-and-utf-8", b"x-unknown", "für".encode()),
    ("ascii-and-utf-8", b"us-ascii", "für".encode()),
    ("ascii-and-latin-1", b"us-ascii", b"f\xfcr"),
]


@pytest.mark.parametrize("encoding", [b"8bit", b"quoted-printable", b"base64"])
@pytest.mark.parametrize(
    ("charset", "word"), [row[1:] for row in MISLABELLED], ids=[r[0] for r in MISLABELLED]
)
def test_the_authors_words_beside_a_marker_move_up_in_any_charset(
    charset: bytes, word: bytes, encoding: bytes
) -> None:
    name = encoding.decode()
    body = b"<div><b>{EMAILSIGNATURE}" + word + b"</b></div>\r\n"
    wire = encode(name, body, b"\r\n")
    raw = mail(html(wire, charset, b"Content-Transfer-Encoding: " + encoding))
    out = mailsig.rewrite(raw, ASCII)
    written = decode(name, out.message.partition(b"\r\n\r\n")[2])
    assert written is not None
    assert written.startswith(b"<div><b>" + word + b"</b>" + ASCII.html.encode()[:9])
    assert mailsig.apply_edits(out.message, out.inverse) == raw


def test_a_part_with_an_odd_header_section_goes_on_with_no_body() -> None:
    odd = b"Content-Type: text/plain\r\nno field\r\nContent-ID: <x>\r\n\r\nmore\r\n"
    result = mailsig.inject(mail(multi(b"mixed", b"b1", plain(), odd)), ASCII)
    assert [each.path for each in result.parts] == [(0,)]


PAGE = html(b"<p>Hello Bob</p>\r\n")
NAMED = part(b"text/html; name=a.html", b"<p>Report</p>\r\n")
EMPTY = plain(b" \r\n")
# id, parts of a mixed, paths of those that are signed
BELOW_AN_EMPTY_TEXT = [
    ("page", (EMPTY, PAGE), [(1,)]),
    ("two-empty-texts", (EMPTY, EMPTY, PAGE), [(2,)]),
    ("nothing-at-all", (plain(b""), PAGE), [(1,)]),
    ("a-text-of-many-lines", (plain(b"\r\n" * 9), PAGE), [(1,)]),
    (
        "alternatives",
        (EMPTY, multi(b"alternative", b"b2", plain(), PAGE)),
        [(1, 0), (1, 1)],
    ),
    ("related", (EMPTY, multi(b"related", b"b2", PAGE)), [(1, 0)]),
    ("attached-page", (EMPTY, NAMED), [(0,)]),
    ("message", (EMPTY, part(b"message/rfc822", b"Subject: x\r\n\r\nHi\r\n")), [(0,)]),
    ("empty-page", (EMPTY, html(b"\r\n")), [(0,)]),
    ("text-that-is-not-empty", (plain(), PAGE), [(0,)]),
    ("parted-page", (EMPTY, PAGE, part(b"application/pdf", b"x"), PAGE), [(3,)]),
]


@pytest.mark.parametrize(
    ("parts", "signed"),
    [row[1:] for row in BELOW_AN_EMPTY_TEXT],
    ids=[row[0] for row in BELOW_AN_EMPTY_TEXT],
)
def test_a_text_with_nothing_in_it_is_not_the_body_where_more_follows(
    parts: tuple[bytes, ...], signed: list[tuple[int, ...]]
) -> None:
    raw = mail(multi(b"mixed", b"b1", *parts))
    once = mailsig.inject(raw, ASCII)
    assert [each.path for each in once.parts] == signed
    assert not mailsig.inject(once.message, ASCII).changed


@pytest.mark.parametrize(
    "label",
    [b"attachment", b"ATTACHMENT ", b'"attachment"', b"(c) attachment", b"attachment;"],
)
def test_a_text_that_is_an_attachment_does_not_go_on_with_the_body(label: bytes) -> None:
    log = part(b"text/plain", b"log\r\n", b"Content-Disposition: " + label)
    result = mailsig.inject(mail(multi(b"mixed", b"b1", plain(), log)), ASCII)
    assert [each.path for each in result.parts] == [(0,)]


def file_part(media_type: bytes, name: bytes) -> bytes:
    disposition = b'Content-Disposition: attachment; filename="' + name + b'"'
    return part(media_type, b"x\r\n", disposition)


OCTETS = b"application/octet-stream"
CLOSED = [
    ("rpmsg-by-name", file_part(OCTETS, b"message.rpmsg"), "rights-managed"),
    (
        "rpmsg-by-type",
        file_part(b"application/x-microsoft-rpmsg-message", b"x"),
        "rights-managed",
    ),
    ("pgp-by-name", file_part(OCTETS, b"encrypted.asc"), "encrypted"),
    ("smime-by-name", file_part(OCTETS, b"smime.p7m"), "encrypted"),
    ("tnef-by-name", file_part(OCTETS, b"winmail.dat"), "tnef"),
]


@pytest.mark.parametrize(
    ("entity", "reason"), [row[1:] for row in CLOSED], ids=[row[0] for row in CLOSED]
)
def test_a_part_that_closes_the_message_alone_or_first(entity: bytes, reason: str) -> None:
    for raw in (mail(entity), mail(multi(b"mixed", b"b1", entity, plain()))):
        result = mailsig.inject(raw, ASCII)
        assert reason in [skip.reason.value for skip in result.skipped]
        assert result.message is raw


def test_a_rights_managed_part_behind_the_text_closes_it_too() -> None:
    raw = mail(multi(b"mixed", b"b1", plain(), file_part(OCTETS, b"message.rpmsg")))
    result = mailsig.inject(raw, ASCII)
    assert [skip.reason.value for skip in result.skipped] == ["rights-managed"]


def test_a_boundary_that_is_no_ascii_ends_it() -> None:
    raw = mail(part(b"multipart/mixed; boundary*=utf-8''%E6%A0%AA", b"--x\r\n\r\nHi\r\n"))
    result = mailsig.inject(raw, ASCII)
    assert [skip.reason.value for skip in result.skipped] == ["malformed-structure"]


def test_a_header_section_of_just_the_limit_is_signed() -> None:
    size = len(FRESH.partition(b"\r\n\r\n")[0]) + 2
    assert mailsig.inject(FRESH, ASCII, Options(max_header_octets=size)).signed
    assert not mailsig.inject(FRESH, ASCII, Options(max_header_octets=size - 1)).signed


@pytest.mark.parametrize("body", [b"Hi\r\n", b"Hi!\r\n", b"Hi!!\r\n"])
@pytest.mark.parametrize("text", ["Jo Doe", "Jo Doe!", "Jo Doe!!"])
def test_no_blank_ends_a_line_of_a_flowed_body_in_base64(body: bytes, text: str) -> None:
    entity = part(b"text/plain; charset=utf-8; format=flowed", b64(body), B64)
    out = mailsig.inject(mail(entity), Signature(text=text)).message
    shown = base64.b64decode(out.partition(b"\r\n\r\n")[2])
    assert shown == body + b"\r\n-- \r\n" + text.encode() + b"\r\n"


@pytest.mark.parametrize("subject", [b"=?x-no?q?Re?=", b"=?utf-8\xe9?q?Re?=", b"=?a?b?a?="])
def test_a_subject_that_cannot_be_decoded_is_no_reply(subject: bytes) -> None:
    raw = mail(plain()).replace(b"Subject: ", b"Subject: " + subject + b" ")
    assert subject in raw
    assert mailsig.inject(raw, ASCII, Options(replies="none")).signed


@pytest.mark.parametrize("comment", ["<!-- x -->", "<!-- xy --!>", "<!-->", "<![endif]>"])
@pytest.mark.parametrize("size", range(3))
def test_a_comment_that_split_a_marker_stays_whole_in_base64(
    comment: str, size: int
) -> None:
    page = f"<p>Hello{'!' * size} {{EMAIL{comment}SIGNATURE}} Bob</p><p>more</p>"
    out = mailsig.rewrite(mail(html(b64(page.encode()), b"utf-8", B64)), None).message
    body = base64.b64decode(out.partition(b"\r\n\r\n")[2])
    assert f" {comment} Bob".encode() in body


@pytest.mark.parametrize("source", [FRESH, b"no field"], ids=["signed", "unchanged"])
@pytest.mark.parametrize(
    "kind", [bytes, mailsig.parse, email.message_from_bytes], ids=lambda kind: kind.__name__
)
def test_a_result_is_a_value_that_can_be_pickled(kind: Any, source: bytes) -> None:
    result = mailsig.rewrite(kind(source), ASCII)
    twin = pickle.loads(pickle.dumps(result))
    assert (twin, bytes(twin.message)) == (result, bytes(result.message))


@pytest.mark.parametrize(
    "entity",
    [
        plain(b"Gr=FC=DFe", b"iso-8859-1", QP),
        html(b"<p>Hi {EMAILSIGNATURE} x", b"utf-8", QP),
    ],
    ids=["relabelled", "marker"],
)
def test_nothing_of_a_body_is_kept_in_memory(entity: bytes) -> None:
    kept = quoted_printable._quoted_signature.cache_info().currsize
    assert mailsig.rewrite(mail(entity), WIDE).signed
    assert quoted_printable._quoted_signature.cache_info().currsize == kept


def test_what_stands_behind_a_line_that_is_no_field_can_still_be_read() -> None:
    raw = b"To: a\r\nno field\r\nCc: b\r\n\r\nHi\r\n"
    out = email.message_from_bytes(mailsig.inject(raw, WIDE).message)
    text = out.get_payload(decode=True)
    assert isinstance(text, bytes)
    for line in (b"Cc: b", b"Hi", "Łódź € GmbH 株式会社".encode()):
        assert line in text.splitlines()


@pytest.mark.parametrize("kind", [plain, html])
@pytest.mark.parametrize("lines", [(b"\r\n", b"\n"), (b"\n", b"\r\n")], ids=["crlf", "lf"])
def test_a_field_ends_as_the_others_do(kind: Any, lines: tuple[bytes, bytes]) -> None:
    head, empty, _ = mail(kind(b"", b"us-ascii")).partition(b"\r\n\r\n")
    body = b"Hi\r\n" + b"x" * 990
    raw = (head + empty).replace(b"\r\n", lines[0]) + body.replace(b"\r\n", lines[1])
    signature = Signature(html=f"<p>{'x' * 10}</p>", text="Łódź")
    out = mailsig.rewrite(raw, signature).message
    section = out.partition(lines[0] * 2)[0]
    assert b"Content-Transfer-Encoding: " in section
    assert section.count(b"\n") == section.count(lines[0])
    assert (b"\r" in section) == (lines[0] == b"\r\n")
