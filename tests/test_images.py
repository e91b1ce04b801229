"""Inline images: in the related that is there, or in one around the HTML part alone."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from mailsig import InlineImage, Signature, apply_edits, inject, rewrite

LOGO = InlineImage(data=b"\x89PNG\r\n" * 30, media_type="image/png", name="logo.png")
SIGNATURE = Signature(
    html='<div>Jo<img src="cid:logo.png" alt="Example"></div>', text="Jo", images=[LOGO]
)
TEXT = b"Content-Type: text/plain\r\n\r\nHi\r\n"
HTML = b"Content-Type: text/html\r\nContent-ID: <h@x>\r\nContent-Language: en\r\n\r\n<p>Hi</p>\r\n"
PNG = b"Content-Type: image/png\r\nContent-ID: <p@x>\r\n\r\nabc\r\n"
PDF = b"Content-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n"
TOP = b"To: a\r\nMIME-Version: 1.0\r\n"


def multipart(kind: str, boundary: str, *parts: bytes) -> bytes:
    delimiter = b"--" + boundary.encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    body = b"".join(delimiter + b"\r\n" + part for part in parts)
    return head + body + delimiter + b"--\r\n"


ALTERNATIVE = multipart("alternative", "a", TEXT, HTML)

# id, message, media types of the output in walking order
WRAPPED = [
    ("html-alone", TOP + HTML, ["related", "text/html", "image/png"]),
    (
        "alternative",
        TOP + ALTERNATIVE,
        ["alternative", "text/plain", "related", "text/html", "image/png"],
    ),
    (
        "root-of-a-related",
        TOP + multipart("related", "r", HTML, PNG),
        ["related", "text/html", "image/png", "image/png"],
    ),
    (
        "alternative-in-a-related",
        TOP + multipart("related", "r", ALTERNATIVE, PNG),
        ["related", "alternative", "text/plain", "text/html", "image/png", "image/png"],
    ),
    (
        "with-an-attachment",
        TOP + multipart("mixed", "m", ALTERNATIVE, PDF),
        [
            *("mixed", "alternative", "text/plain", "related", "text/html", "image/png"),
            "application/pdf",
        ],
    ),
    ("text-alone", TOP + TEXT, ["text/plain"]),
    (
        "two-delimiters-in-a-row-at-the-end-of-a-related",
        TOP + multipart("related", "r", HTML, b""),
        ["related", "text/html", "text/plain", "image/png"],
    ),
]


def types(message: EmailMessage) -> list[str]:
    return [part.get_content_type().removeprefix("multipart/") for part in message.walk()]


@pytest.mark.parametrize("lf", [False, True], ids=["crlf", "lf"])
@pytest.mark.parametrize(
    ("raw", "outline"), [row[1:] for row in WRAPPED], ids=[row[0] for row in WRAPPED]
)
def test_the_picture_travels_with_the_html_and_nothing_else_moves(
    raw: bytes, outline: list[str], lf: bool
) -> None:
    raw = raw.replace(b"\r\n", b"\n") if lf else raw
    result = rewrite(raw, SIGNATURE)
    assert apply_edits(result.message, result.inverse) == raw
    out = email.message_from_bytes(result.message, policy=email.policy.default)
    assert isinstance(out, EmailMessage)
    assert types(out) == outline
    assert not out.defects
    if "image/png" not in outline:
        return
    picture = next(p for p in out.walk() if p.get_filename() == "logo.png")
    assert picture.get_content() == LOGO.data
    assert picture.get_content_disposition() == "inline"
    page = next(p for p in out.walk() if p.get_content_type() == "text/html")
    assert f'src="cid:{picture["Content-ID"][1:-1]}"' in page.get_content()
    assert page["Content-ID"] == "<h@x>"
    assert page["Content-Language"] == "en"
    assert (b"\r\n" in result.message) is not lf


def test_content_ids_are_the_same_each_time_and_others_in_another_message() -> None:
    one = rewrite(TOP + HTML, SIGNATURE).message
    assert rewrite(TOP + HTML, SIGNATURE).message == one
    other = rewrite(b"Subject: x\r\n" + TOP + HTML, SIGNATURE).message

    def content_id(raw: bytes) -> str:
        message = email.message_from_bytes(raw)
        return next(str(p["Content-ID"]) for p in message.walk() if p.get_filename())

    assert content_id(one) != content_id(other)


def test_the_same_picture_under_two_names_travels_once() -> None:
    twin = InlineImage(data=LOGO.data, media_type="image/png", name="b.png")
    html = '<div><img src="cid:logo.png" alt="A"><img src="cid:b.png" alt="B">Jo</div>'
    signature = Signature(html=html, images=[LOGO, twin])
    out = email.message_from_bytes(rewrite(TOP + HTML, signature).message)
    assert [p.get_filename() for p in out.walk() if p.get_filename()] == ["logo.png"]


def test_fields_of_a_single_html_message_move_in_as_they_leave() -> None:
    raw = (
        b"To: a\r\nContent-Type: text/html; charset=utf-8\r\nSubject: x\r\n\r\n"
        + b"y" * 999
    )
    result = rewrite(raw, SIGNATURE)
    out = email.message_from_bytes(result.message, policy=email.policy.default)
    assert out.keys() == [
        "X-Mailsig-Handled", "To", "Subject", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    page = next(iter(out.iter_parts()))
    assert page.get_content().startswith("y" * 999)
    assert apply_edits(result.message, result.inverse) == raw


@pytest.mark.parametrize("top", [TOP, b""], ids=["root-with-other-fields", "root-alone"])
@pytest.mark.parametrize("name", [b"Content-MD5", b"Content-Length"])
def test_what_became_wrong_does_not_move_inside(top: bytes, name: bytes) -> None:
    raw = top + HTML.replace(b"\r\n\r\n", b"\r\n" + name + b": 9\r\n\r\n", 1)
    result = rewrite(raw, SIGNATURE)
    assert result.signed
    assert name not in result.message
    assert apply_edits(result.message, result.inverse) == raw
    told = [(change.action, change.name, change.index) for change in result.fields]
    assert len(set(told)) == len(told)


SPLIT = (
    TOP + multipart("mixed", "m", HTML, PDF, HTML),
    TOP + multipart("mixed", "m", HTML, PDF, multipart("related", "r", HTML, PNG)),
    TOP + multipart("mixed", "m", multipart("related", "r", HTML, PNG), PDF, HTML),
    TOP + multipart("alternative", "a", TEXT, multipart("mixed", "m", HTML, PDF, HTML)),
)


@pytest.mark.parametrize(
    "raw", SPLIT, ids=["split", "then-related", "related-first", "both"]
)
def test_a_split_body_gets_one_signature_however_often_it_comes_by(raw: bytes) -> None:
    once = inject(raw, SIGNATURE)
    assert once.message.count(b"data-mailsig") == 1
    head = once.message.partition(b"data-mailsig")[0]
    assert head.count(b"<p>Hi</p>") == 2
    again = inject(once.message, SIGNATURE)
    assert not again.changed
    assert apply_edits(once.message, once.inverse) == raw


EMPTY = {
    "part": TOP + multipart("mixed", "m", b"Content-Type: text/html\r\n\r\n", PDF),
    "message": TOP + b"Content-Type: text/html\r\n\r\n",
    "no empty line": TOP + b"Content-Type: text/html\r\n",
}


@pytest.mark.parametrize("raw", EMPTY.values(), ids=EMPTY)
def test_an_empty_part_takes_the_signature_inside_of_its_related(raw: bytes) -> None:
    result = inject(raw, SIGNATURE)
    assert apply_edits(result.message, result.inverse) == raw
    out = email.message_from_bytes(result.message, policy=email.policy.default)
    assert isinstance(out, EmailMessage)
    (page,) = (part for part in out.walk() if part.get_content_type() == "text/html")
    assert isinstance(page, EmailMessage)
    assert "data-mailsig" in page.get_content()
    assert inject(result.message, SIGNATURE).outcome == "unchanged"


def test_a_picture_of_the_author_with_the_same_name_stays() -> None:
    own = b'<img src="cid:logo.png">'
    page = HTML.replace(b"<p>Hi</p>", b"<p>{EMAILSIGNATURE}" + own + b"</p>")
    picture = PNG.replace(b"<p@x>", b"<logo.png>")
    result = rewrite(TOP + multipart("related", "r", page, picture), SIGNATURE)
    assert result.outcome == "replaced"
    assert result.message.count(own) == 1
    assert result.message.count(b"@mailsig.invalid") == 2


def test_fields_behind_a_line_that_is_no_field_are_not_taken_in() -> None:
    raw = TOP + HTML.replace(b"\r\n\r\n", b"\r\nno field\r\nCc: b\r\n\r\n", 1)
    assert [skip.reason.value for skip in inject(raw, SIGNATURE).skipped] == [
        "malformed-structure"
    ]
    below = multipart("related", "r", HTML, PNG).replace(
        b"\r\n\r\n", b"\r\nno field\r\n\r\n", 1
    )
    assert inject(TOP + below, SIGNATURE).signed
