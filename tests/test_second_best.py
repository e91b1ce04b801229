"""Where the usual place, charset or marker does not do."""

from __future__ import annotations

import email

import pytest
from sentinel_tree import tree_less_signature, tree_of

import mailsig
from mailsig import Options, Signature, SkipReason

WIDE = Signature(html="<div>株式会社</div>", text="株式会社")
JO = Signature(html="<div>Jo</div>", text="Jo")
HEAD = b"To: a\r\nMIME-Version: 1.0\r\nContent-Type: text/"
ODD = b"plain; charset=utf-8\r\n\r\nGr\xfc\xdfe\r\n"


def reasons(result: mailsig.Result[bytes]) -> list[SkipReason]:
    return [skip.reason for skip in result.skipped]


@pytest.mark.parametrize("marker", [b"", b"{EMAILSIGNATURE}\r\n"], ids=["end", "marker"])
def test_a_signature_of_which_nothing_can_be_written_is_not_placed(marker: bytes) -> None:
    """The octets don't follow their label, and no letter of the signature is ASCII."""
    result = mailsig.rewrite(HEAD + ODD + marker, WIDE)
    assert reasons(result) == [SkipReason.UNENCODABLE_SIGNATURE]
    assert result.outcome == "stamped"


@pytest.mark.parametrize("after", [b"", b"{EMAILSIGNATURE}"], ids=["", "marker"])
@pytest.mark.parametrize("placement", ["auto", "end", "start"])
def test_frames_have_no_place_for_a_signature(placement: str, after: bytes) -> None:
    raw = HEAD + b"html\r\n\r\n<frameset><frame src=x></frameset>" + after + b"\r\n"
    assert reasons(mailsig.rewrite(raw, JO)) == [SkipReason.NO_TEXT_BODY]
    result = mailsig.inject(raw, JO, Options(placement=placement))  # type: ignore[arg-type]
    assert reasons(result) == [SkipReason.NO_TEXT_BODY]
    assert result.message is raw


@pytest.mark.parametrize("text", ["<p><b>Hi\r\n", "<p>a<i>b</p><p>c\r\n", "<b>Hi\r\n"])
def test_behind_open_formatting_nothing_is_formatted_anew(text: str) -> None:
    """A line end below the signature would be: in a ``<b>`` of its own."""
    out = mailsig.inject(HEAD + b"html\r\n\r\n" + text.encode(), JO)
    assert out.parts[0].note == "formatting"
    page = out.message.partition(b"\r\n\r\n")[2].decode()
    assert tree_less_signature(page) == tree_of(text)


@pytest.mark.parametrize("placement", ["end", "start"])
def test_a_fixed_place_around_a_quote_is_found_again(placement: str) -> None:
    raw = HEAD + (
        b"html\r\n\r\n<div>New</div><div class=gmail_quote>On Mon, 1 Jan 2024 at 10:00, Bob "
        b"wrote:<blockquote class=gmail_quote>Old</blockquote></div>\r\n"
    )
    options = Options(placement=placement, handled_field=None)  # type: ignore[arg-type]
    once = mailsig.inject(raw, JO, options)
    assert once.parts[0].rule == placement
    again = mailsig.inject(once.message, JO, options)
    assert reasons(again) == [SkipReason.ALREADY_SIGNED]


OUTLOOK = (
    "-----Original Message-----\r\nFrom: Bob\r\nSent: Monday\r\nTo: Jo\r\nSubject: x\r\n"
)
WROTE = "On Tue, 2 Jan 2024 at 10:00, Bob <b@example.org> wrote:\r\n> Old\r\n"
PAGE = "<p>{}</p><p>On Thu, Bob wrote:</p><blockquote>Old</blockquote>\r\n"
# id, media type, the signature's text, the mail's
READ_AS_HISTORY = [
    ("rule", "plain", "_____________\nJo Doe", f"Yes.\r\n\r\n{OUTLOOK}Old\r\n"),
    ("rules", "plain", "-----\nJo Doe\n-----", f"Yes.\r\n\r\n{OUTLOOK}Old\r\n"),
    ("rule-alone", "plain", "_____________\nJo Doe", f"{OUTLOOK}Old\r\n"),
    (
        "umlaut",
        "plain; charset=utf-8",
        "=====\nJö Doe",
        f"Ja\udcff\r\n\r\n{OUTLOOK}Old\r\n",
    ),
    ("label", "plain", "Jo Doe\nDate: by appointment", f"Yes.\r\n\r\n{OUTLOOK}Old\r\n"),
    ("quote-mark", "plain", "> Jo Doe\n> web", f"Yes.\r\n\r\n{WROTE}"),
    ("flowed", "plain; format=flowed", "> Jo Doe\n> web", f"Yes.\r\n\r\n{WROTE}"),
    ("end", "plain", "Jo Doe wrote:\n> web", "Yes.\r\n"),
    ("html", "html", "On Point Ltd\nJo Doe", PAGE.format("Yes.")),
    ("html-alone", "html", "On Point Ltd\nJo Doe", PAGE.format("")),
]


@pytest.mark.parametrize(
    ("kind", "own", "text"),
    [row[1:] for row in READ_AS_HISTORY],
    ids=[row[0] for row in READ_AS_HISTORY],
)
def test_a_signature_that_reads_as_history_is_found_again(
    kind: str, own: str, text: str
) -> None:
    head = b"In-Reply-To: <1@example.com>\r\n" + HEAD + kind.encode()
    raw = head + b"\r\n\r\n" + text.encode("ascii", "surrogateescape")
    signature = Signature(text=own)
    once = mailsig.inject(raw, signature)
    assert once.signed
    assert reasons(mailsig.inject(once.message, signature)) == [SkipReason.ALREADY_SIGNED]


@pytest.mark.parametrize(
    "first",
    [
        "Jo Doe <jo@example.com> wrote:",
        "Jo Doe\r\n02.01.2024 10:00\r\nTo\r\nBob\r\nSubject\r\nx",
    ],
)
def test_a_history_that_begins_as_the_signature_does_is_none(first: str) -> None:
    text = f"Yes.\r\n\r\n{first}\r\n> Old\r\n"
    raw = b"In-Reply-To: <1@example.com>\r\n" + HEAD + b"plain\r\n\r\n" + text.encode()
    assert mailsig.inject(raw, Signature(text="Jo Doe")).signed


def test_an_unclosed_block_of_ours_still_counts() -> None:
    """A client lost the end tag of the signature."""
    raw = HEAD + b'html\r\n\r\n<div>New</div><div data-mailsig="00000000">Jo'
    options = Options(placement="end")
    assert reasons(mailsig.inject(raw, JO, options)) == [SkipReason.ALREADY_SIGNED]


CLOSED = {
    "link": (b"<a href=x>", b"</a>"),
    "select": (b"<select><option>", b"</select>"),
    "button, text below": (b"<button>", b"</button><p>Old, too</p>"),
}


@pytest.mark.parametrize(("before", "after"), CLOSED.values(), ids=CLOSED)
@pytest.mark.parametrize("older", [b"", b'<div data-mailsig="00000000">Bo</div>'])
def test_where_no_place_is_legal_above_the_history_it_is_the_end_once(
    before: bytes, after: bytes, older: bytes
) -> None:
    raw = HEAD + (
        b"html\r\n\r\n"
        + before
        + b"New<div class=gmail_quote>On Mon, 1 Jan 2024 at 10:00, "
        b"Bob wrote:<blockquote class=gmail_quote>Old" + older + b"</blockquote></div>"
    )
    once = mailsig.inject(raw + after + b"\r\n", JO)
    assert once.message.startswith(raw + after + b"\r\n<div data-mailsig=")
    (part,) = once.parts
    assert (part.rule, part.confidence, part.note) == ("end", "low", "below")
    assert reasons(mailsig.inject(once.message, JO)) == [SkipReason.ALREADY_SIGNED]


WIDE_TEXT = "H\u00e9\r\n".encode("utf-16-le")


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        (b"quoted-printable", b"".join(b"=%02X" % octet for octet in WIDE_TEXT)),
        (b"8bit", WIDE_TEXT),
        (b"7bit", b""),
    ],
    ids=["quoted-printable", "8bit", "7bit-empty"],
)
def test_text_of_two_octets_a_letter_leaves_in_base64(encoding: bytes, wire: bytes) -> None:
    """Its line ends are none on the wire, and a relay mends or refuses what is like one."""
    head = b"plain; charset=utf-16le\r\nContent-Transfer-Encoding: "
    result = mailsig.inject(HEAD + head + encoding + b"\r\n\r\n" + wire, JO)
    assert result.message.count(b"\n") == result.message.count(b"\r\n")
    assert result.message.isascii()
    assert b"\0" not in result.message
    out = email.message_from_bytes(result.message)
    assert out["content-transfer-encoding"] == "base64"
    text = (WIDE_TEXT if wire else b"").decode("utf-16-le")
    octets = out.get_payload(decode=True)
    assert isinstance(octets, bytes)
    assert octets.decode("utf-16-le").startswith(text)
    assert "Jo" in octets.decode("utf-16-le")


QUOTED = {
    "plain": (
        b"Thanks!\r\n\r\nOn Mon, 1 Jan 2024 at 10:00, Bo <b@x.org> wrote:\r\n> look\r\n",
        b"> and tell me\r\n",
    ),
    "html": (
        b"<div>Thanks!</div><div class=gmail_quote>On Mon, 1 Jan 2024 at 10:00, Bo wrote:"
        b"<blockquote type=cite>look</blockquote></div>\r\n",
        b"<blockquote type=cite>and tell me</blockquote>\r\n",
    ),
}


@pytest.mark.parametrize("kind", QUOTED)
@pytest.mark.parametrize("placement", ["auto", "end", "start"])
def test_a_body_that_a_picture_splits_in_the_quote_is_signed_once(
    kind: str, placement: str
) -> None:
    above, below = QUOTED[kind]
    text = b"--B\r\nContent-Type: text/%b; charset=utf-8\r\n\r\n" % kind.encode()
    picture = b"--B\r\nContent-Type: image/png\r\nContent-Disposition: inline\r\n\r\nx\r\n"
    raw = b"To: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    raw += text + above + picture + text + below + b"--B--\r\n"
    options = Options(placement=placement, handled_field=None)  # type: ignore[arg-type]
    once = mailsig.inject(raw, JO, options)
    assert once.parts[0].path == ((2,) if placement == "end" else (0,))
    assert reasons(mailsig.inject(once.message, JO, options)) == [SkipReason.ALREADY_SIGNED]


BELOW = {
    "bare": b"> do you come?\r\n\r\n{EMAILSIGNATURE}\r\n",
    "delimiter": b"> do you come?\r\n\r\n-- \r\n{EMAILSIGNATURE}\r\n",
    "attribution": b"On Mon, 1 Jan 2024 at 10:00, Bo <b@x.org> wrote:\r\n> do you come?\r\n\r\n"
    b"{EMAILSIGNATURE}\r\n",
}


@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW)
@pytest.mark.parametrize("above", [b"", b"Yes.\r\n\r\n"], ids=["nothing", "answer"])
def test_a_marker_that_stands_below_the_quote_is_replaced_there_once(
    above: bytes, below: bytes
) -> None:
    raw = b"To: a\r\n\r\n" + above + below
    options = Options(handled_field=None)
    once = mailsig.rewrite(raw, JO, options)
    assert once.outcome == "replaced"
    assert b"{EMAILSIGNATURE}" not in once.message
    assert mailsig.rewrite(once.message, JO, options).outcome == "unchanged"
