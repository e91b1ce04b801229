"""What is a history only in mail that answers or forwards, as its header section says."""

from __future__ import annotations

import pytest
from cases import ASCII, html, mail, multi, plain

from mailsig import inject

# `⟦` is the place in a reply; in fresh mail it is the end.
GUESSED = {
    "a verse": "The song:⟦\n\n> Row, row\n> row your boat",
    "a verse and its singer": "Bo sings:⟦\n\n> Row, row\n> row your boat",
    "prices": "In stock:⟦\n\n>100 boats\n>20 sails",
    "a memo with its hour": "MEMO⟦\n\nDate: 2 April 2012, 10:05\nFrom: Management\nTo: All\nSubject: Boats\n\nThey float.",
    "an invoice with an address": "Invoice⟦\n\nDate: 2 April 2012\nTo: Bo Li, bo@example.com\nFrom: Boats Ltd\nTotal: 12\n\nThanks.",
    "a configuration": "Use⟦\n\nfrom: boat@example.com\nto: bo@example.com\nsubject: test\n\nand tell me.",
    "a meeting in Japanese": "会議⟦\n\n件名：船\n日時：2012年4月2日(月) 10:05\n場所：本社\n差出人：李\n\nよろしく",
    "what the author wrote that day": "Hi,⟦\n\nOn 2 April 2012 I wrote:\n\nDoes it float?\n\nI have had no answer since.",
    "what the author wrote, in French": "Bonjour,⟦\n\nLe 2 avril 2012, je vous ai écrit :\n\nFlotte-t-il ?\n\nPas de réponse.",
    "chapter and verse": "See⟦\n\nIn 1 Corinthians 13:04 Paul wrote:\nLove is patient.",
}
SURE = {
    "an attribution and a quote": "Yes.⟦\n\nOn 2 April 2012 at 10:05 Bo Li wrote:\n> Does it float?",
    "an attribution with an address": "Yes.⟦\n\nOn 2 Apr 2012 Bo Li <bo@example.com> wrote:\n\nDoes it float?",
    "a header with address and time": "Yes.⟦\n\nFrom: Bo Li <bo@example.com>\nSent: Monday, April 2, 2012 10:05\nTo: Alex\nSubject: Boat\n\nDoes it float?",
    "a separator": "Yes.⟦\n\n-----Original Message-----\nFrom: Bo\n\nDoes it float?",
}
NEVER = {
    "a heading between dashes": "Report\n\n----- Summary -----\nFrom: the sea\nTo: the land\n\nAlex",
    "a memo": "MEMO\n\nFrom: Management\nTo: All staff\nDate: 2 April 2012\nSubject: Boats\n\nThey float.",
    "an invoice": "Rechnung\n\nVon: Boote GmbH\nAn: Bo Li\nDatum: 02.04.2012\nBetreff: Boot\n\nBitte zahlen.",
    "what the author wrote, in German": "Hallo,\n\nam 02.04.2012 schrieb ich Ihnen:\n\nSchwimmt es?\n\nBis heute keine Antwort.",
    "what somebody wrote at that time": "Dear Bo,\n\non 2 April 2012 at 10:05 your employee wrote to me:\n\nIt floats.\n\nThis is wrong.",
}
REPLY = b"In-Reply-To: <0@example.org>"


def above(marked: str, *fields: bytes) -> str:
    """The text above the signature in a plain message."""
    text = marked.replace("⟦", "").replace("\n", "\r\n").encode() + b"\r\n"
    out = inject(mail(plain(text), *fields), ASCII).message.decode()
    body = out.partition("\r\n\r\n")[2].replace("\r\n", "\n")
    return body.partition("Jo Doe")[0].rstrip("- \n")


@pytest.mark.parametrize("case", GUESSED)
def test_a_guess_counts_only_in_a_reply(case: str) -> None:
    marked = GUESSED[case]
    assert above(marked) == marked.replace("⟦", "")
    assert above(marked, REPLY) == marked.partition("⟦")[0]


@pytest.mark.parametrize("text", NEVER.values(), ids=NEVER)
def test_what_no_program_writes_is_the_authors_in_a_reply_too(text: str) -> None:
    assert above(text) == above(text, REPLY) == text


@pytest.mark.parametrize("case", SURE)
def test_a_history_with_its_author_counts_always(case: str) -> None:
    assert above(SURE[case]) == above(SURE[case], REPLY) == SURE[case].partition("⟦")[0]


@pytest.mark.parametrize(
    "subject",
    ["Re: Boat", "=?utf-8?q?Re=3A_Boat?=", "[EXTERNAL] Re: Boat", "[boats] AW: [ext] Boot"],
)
def test_a_subject_says_that_a_mail_answers(subject: str) -> None:
    raw = mail(plain(b"Yes.\r\n\r\n> Does it float?\r\n"))
    raw = raw.replace(b"Subject: The report", f"Subject: {subject}".encode())
    out = inject(raw, ASCII).message
    assert out.index(b"Jo Doe") < out.index(b"> Does it float?")


@pytest.mark.parametrize(
    "source",
    [
        b"<p>As it says</p><blockquote>It floats.</blockquote>",
        b"<p>As it says</p><blockquote cite='https://x.example'>It floats.</blockquote>",
        b"<p>Memo</p><hr><p>From: Boss<br>To: All<br>Date: Monday<br>Subject: x</p><p>It floats.</p>",
        b"<p>On Monday, 2 April 2012 at 10:05, Bo will speak:</p><blockquote>It floats.</blockquote>",
        b"<p>Please pay.</p><hr><p>From: Boats Ltd &lt;a@example.org&gt;<br>Date: 2012-04-02<br>"
        b"For: a boat</p><p>It floats.</p>",
    ],
    ids=[
        "an indented quote",
        "the quote of a page",
        "a memo below a line",
        "an announced verse",
        "an invoice below a line",
    ],
)
def test_a_guess_in_html_counts_only_in_a_reply(source: bytes) -> None:
    fresh = inject(mail(html(source + b"\r\n")), ASCII).message
    assert fresh.index(b"Jo Doe") > fresh.index(b"It floats.")


def test_both_alternatives_of_fresh_mail_take_the_authors_indentation_for_his_text() -> (
    None
):
    page = (
        b"<p>Dear Bo,</p><p>on Monday, 2 April 2012 at 10:05, we wrote:</p><blockquote>A boat"
        b" is a boat.</blockquote><p>It still is.</p>\r\n"
    )
    text = (
        b"Dear Bo,\r\n\r\non Monday, 2 April 2012 at 10:05, we wrote:\r\n\r\n> A boat is a boat."
        b"\r\n\r\nIt still is.\r\n"
    )
    out = inject(mail(multi(b"alternative", b"b", plain(text), html(page))), ASCII).message
    first, _, second = out.rpartition(b"--b\r\n")
    assert first.index(b"Jo Doe") > first.index(b"It still is.")
    assert second.index(b"Jo Doe") > second.index(b"It still is.")
