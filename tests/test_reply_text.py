"""Where the history begins in plain text: traps, fresh mail, and any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig.reply import Boundary, find_in_text
from mailsig.reply.lines import BLANK

ON = "On Mon, Apr 2, 2012 at 10:05 AM Bo Li <bo@example.com> wrote:"
HEADER = "From: Bo Li <bo@example.com>\nSent: Monday, April 2, 2012 10:05\nTo: Alex\nSubject: Boat"


def check(marked: str) -> Boundary:
    """Compare with the place that is marked: `⟦` ends the new text, `⟧` begins the history."""
    start = marked.index("⟦")
    end = marked.index("⟧") - 1
    boundary = find_in_text(marked.replace("⟦", "").replace("⟧", ""))
    assert boundary is not None
    assert (boundary.start, boundary.end) == (start, end)
    return boundary


ABOVE = {
    "attribution and quote": f"Yes.⟦\n\n⟧{ON}\n> Does it float?\n",
    "attribution, no quote marks": f"Yes.⟦\n\n⟧{ON}\n\nDoes it float?\n",
    "attribution, a quotation below": f'Yes.⟦\n\n⟧{ON}\n\n"Float" is the word.\n',
    "attribution at the end": f"Yes.⟦\n\n⟧{ON}\n",
    "wrapped in the address": "Yes.⟦\n\n⟧On Mon, Apr 2, 2012 at 10:05, Bo Li <\nbo@example.com> wrote:\n> x\n",
    "wrapped over three lines": "Yes.⟦\n\n⟧On Mon, Apr 2, 2012 at 10:05, Bo Li\n<bo@example.com>\nwrote:\n\nx\n",
    "wrapped, blank lines": "Yes.⟦\n\n⟧On Mon, 2 Apr 2012 at 10:05 Bo\n\n<\nmailto:Bo <bo@example.com>\n> wrote:\nx\n",
    "author's line begins like one": f"On Monday I will come.⟦\n⟧{ON}\n> x\n",
    "after a link with @": f"See https://x.example/@bo⟦\n\n⟧{ON}\n> x\n",
    "no blank line above": f"Yes.⟦\n⟧{ON}\n> x\n",
    "words after the colon": "Yes.⟦\n\n⟧On 2 Apr 2012 10:05, Bo <bo@example.com> wrote: Does it float?\n",
    "on the author's line": "Yes.⟦⟧--- On Mon, Apr 2, 2012 at 10:05, bo@example.com wrote:\n> x",
    "Gmail of 2016": "Yes.⟦\n\n⟧2016-03-03 17:21 GMT+01:00 Bo Li\n\nDoes it float?\n",
    "a list's bar quote": f"Yes.⟦\n\n⟧{ON}\n\n| Does it float?\n|\n| Bo\n",
    "header block": f"Yes.⟦\n\n⟧{HEADER}\n\nDoes it float?\n",
    "header block in bold": "Yes.⟦\n\n⟧*From:* Bo\n*Sent:* Monday\n*To:* Alex\n*Subject:* x\n\ny\n",
    "header block under a rule": f"Yes.⟦\n\n⟧________________________________\n{HEADER}\n\nx\n",
    "labels of an unknown language under a rule": "Po.⟦\n\n⟧________________________________\nMinn: Bo Li <bo@example.com>\nMibgħut: It-Tnejn, 2 ta’ April 2012 10:05\nLil: Alex\nSuġġett: Dgħajsa\n\nJżomm?\n",
    "labels of an unknown language, wrapped": "Po.⟦\n\n⟧________________________________\nMinn: Bo Li <bo@example.com>\nMibgħut: It-Tnejn, 2 ta’ April 2012 10:05\nLil: Alex <alex@example.org>;\nKim\nKopja: Pat\nSuġġett: Dgħajsa\n\nJżomm?\n",
    "labels of an unknown language between dashes": "Po.⟦\n\n⟧----- Messaġġ oriġinali -----\nMinn: Bo Li <bo@example.com>\nMibgħut: It-Tnejn, 2 ta’ April 2012 10:05\nLil: Alex\nSuġġett: Dgħajsa\n\nJżomm?\n",
    "two labels under a rule": "Yes.⟦\n\n⟧________________________________\nVon: Bo\nGesendet: Montag\n\nx\n",
    "names alone under a rule, of a mail that was sent": "Yes.⟦\n\n⟧________________________________\nFrom: Bo Li\nSent: Monday\nTo: Alex\n\nx\n",
    "header block with folded fields": "Yes.⟦\n\n⟧From: Bo Li\nTo: Alex,\n Kim\nCc: Pat\nDate: Monday 10:05\nSubject: x\n",
    "header block, the moment on the next line": "Yes.⟦\n\n⟧From: Bo Li\nDate: Monday,\n 2 April 2012 10:05\nTo: Alex\nSubject: x\n\ny\n",
    "Hotmail's quoted labels": "Yes.⟦\n\n⟧Date: Mon, 2 Apr 2012 10:05\n> Subject: x\n> From: bo@example.com\n> To: a\n\ny\n",
    "sender and date only": "Yes.⟦\n\n⟧From: bo@example.com\nDate: Mon, 2 Apr 2012 10:05:02 -0600\n\nx\n",
    "header block that says whose it is, under a short rule": 'Oui.⟦\n\n⟧====\n\nMessage du : 02/04/2012 10:05\nDe : "Bo Li" <bo@example.com>\nA : alex@example.org\nCopie à : \nSujet : Bateau\n\nFlotte-t-il ?\n',
    "a conversation": "Yes.⟦\n\n⟧Forwarded Conversation\nSubject: Boat\n------------------------\n\nFrom: Bo Li <bo@example.com>\nDate: Mon, Apr 2, 2012 at 10:05 AM\nTo: Alex <alex@example.org>\n\nDoes it float?\n",
    "phrase without dashes": "Yes.⟦\n\n⟧Original Message\nFrom: Bo\nSent: Monday\n\nx\n",
    "original message": f"Yes.⟦\n\n⟧-----Original Message-----\n{HEADER}\n\nx\n",
    "unknown phrase between dashes": "Yes.⟦\n\n⟧----- Uspornyd negesi -----\nFrom: Bo\nSent: Monday\nTo: Alex\nSubject: Boat\n\nx\n",
    "one line forward": "Yes.⟦\n\n⟧----- Forwarded Message ----- From: Bo To: Alex Sent: Monday Subject: x\ny\n",
    "one line header": "Yes.⟦\n\n⟧From: Bo Li To: Alex Sent: Monday, April 2 Subject: Boat\nx\n",
    "begin forwarded text": "Yes.⟦\n\n⟧--- begin forwarded text\n\nDate: Monday\nFrom: Bo\n",
    "Apple forward": "Yes.⟦\n\n⟧Begin forwarded message:\n\n> From: Bo\n> Subject: x\n",
    "forward without a word": f"⟦⟧---------- Forwarded message ---------\n{HEADER}\n\nx\n",
    "blank lines only above": f"⟦\n \n⟧{ON}\n> x\n",
    "bare quote below": "Yes.⟦\n\n⟧> Does it float?\n> Bo\n",
    "attribution inside the quote": "Yes.⟦\n\n⟧> On 2 Apr 2012, at 10:05, Bo <bo@example.com> wrote:\n>\n> x\n",
    "a label of the author's above a header": f"Where?\nFrom: here⟦\n\n⟧{HEADER}\n\nDoes it float?\n",
    "a label of the author's above a separator": "Where?\nFrom: here⟦\n\n⟧----- Original Message -----\nVon: Bo <bo@example.com>\nDatum: 2.4.2012 10:05\nAn: Alex\n\nx\n",
    "an hour of the author's above a header": "Yes.\nDate: Monday at 10:30⟦\n\n⟧From: Bo <bo@example.com>\nDate: 2 April 2012 10:05\nTo: Alex\nSubject: boat\n\nx\n",
    "an addressee of the author's above a header": "Yes.\nTo: Kim as well⟦\n\n⟧From: Bo <bo@example.com>\nSent: 2 April 2012 10:05\nTo: Alex\nSubject: boat\n\nx\n",
    "no, above who wrote": "It floats?\nNo⟦\n⟧Quoting Bo Li <bo@example.com>:\n\n> x\n",
    "a date above who wrote": "When?\n2 April 2012\nFine?⟦\n⟧Zitat von Bo Li <bo@example.com>:\n\n> x\n",
    "a blank line below the date": "Yes.⟦\n\n⟧On Mon, 2 Apr 2012 10:05:00 +0200\n\nBo Li bo@example.com wrote:\n\n> x\n",
    "two deep": f"Yes.⟦\n\n⟧{ON}\n> No.\n> On Sun, Apr 1, 2012, Alex wrote:\n>> Does it float?\n",
    "short tail": f"Yes.⟦\n\n⟧{ON}\n> x\n\nRegards,\nAlex\n",
    "an answer behind the greeting": f"Hi Bo, yes!⟦\n\n⟧{ON}\n> x\n\nAlex\n",
    "an answer in small letters behind the greeting": f"Hi, yes.⟦\n\n⟧{ON}\n> x\n\nAlex\n",
    "an answer that begins as a greeting": f"Hello kitties love it.⟦\n\n⟧{ON}\n> x\n\nAlex\n",
    "thanks, a name below": f"Thanks Bo!⟦\n\n⟧{ON}\n> x\n\nAlex\n",
    "told what stands below, a name there": f"Bo asks you below.⟦\n\n⟧{ON}\n> x\n\nAlex\n",
    "told what stands below, a closing there": f"Bo asks you below.⟦\n\n⟧{ON}\n> x\n\nBest wishes\nAlex. Boats.\n",
    "told what stands below, at length": "Bo asks you below.\n"
    + "It floats.\n" * 4
    + f"Alex⟦\n\n⟧{ON}\n> x\n\nBoats for all.\n",
    "signature below": f"Ja.⟦\n\n⟧{ON}\n> x\n\nMit freundlichen Grüßen\n\n" + "Alex\n" * 9,
    "a card of many lines below": f"Yes.⟦\n\n⟧{ON}\n> x\n\nAlex Example\nHead of Boats\nBoats Ltd\n1 Pier Road\nOslo 0150\nNorway\nT +47 22 12 34 56\nwww.boats.example\nalex@example.org\n",
    "long footer below": f"Yes.⟦\n\n⟧{ON}\n> x\n\nTo unsubscribe, write to us\n"
    + "Advert\n" * 12,
    "unknown words above the quote": "Yes.⟦\n\n⟧Bo Li skrivisto 2.4.2012 zu 10:05:\n> Does it float?\n",
    "words of another script above the quote": "Yes.⟦\n\n⟧ბო 2012-04-02, <bo@example.com>:\n> x\n",
    "disclaimer of many lines": f"Yes.⟦\n\n⟧{ON}\n> x\n\nThis e-mail may contain confidential information.\n"
    + "Word.\n" * 9,
    "virus scanner": f"Yes.⟦\n\n⟧{ON}\n> x\n\n---\nNo virus found.\n" + "Advert\n" * 9,
    "Notes forward": "Yes.⟦\n\n⟧--- Forwarded by Bo Li/Org on 02.04.2012 10:05 ---\n\nx\n",
    "Notes, the first words": f"Yes.⟦\n\n⟧Bo Li ---02.04.2012 10:05:00---Does it float? Bo\n\n{HEADER}\n\nDoes it float?\n",
    "Notes, labels alone": "Ja.⟦\n\n⟧Bo Li/Org\n02.04.2012 10:05\n\nAn\nAlex/Org@Org\nKopie\n\nThema\nBoot\n\nSchwimmt es?\n",
    "a header with quote marks, a history without (Orange)": "Oui.⟦\n\n⟧> Message du 02/04/12 10:05\n> De : Bo Li <bo@example.com>\n> A : alex@example.org\n> Copie à : \n> Objet : Bateau\n> \n\nFlotte-t-il ?\n\nBo\n",
    "a header with quote marks, and nothing else": "Oui.⟦\n\n⟧> De : Bo Li <bo@example.com>\n> A : alex@example.org\n> Date : 02/04/12 10:05\n> Objet : Bateau\n\nFlotte-t-il ?\n",
    "a header with quote marks opens the quote, an advert below": "Yes.⟦\n\n⟧>From: Bo Li <bo@example.com>\n>To: alex@example.org\n>Subject: Boat\n>Date: Mon, 2 Apr 2012 10:05:00 +0200\n>\n>Does it float?\n\n_________________________\nBoats of all kinds!\nhttp://boats.example.com\n",
    "a forward within quote marks, a name below": "Yes.⟦\n\n⟧> Begin forwarded message:\n>\n> From: Bo\n> Subject: x\n>\n> Does it float?\n\nAlex\n",
    "a separator within quote marks, a name below": "Yes.⟦\n\n⟧> -----Original Message-----\n> From: Bo\n>\n> Does it float?\n\nAlex\n",
    "a phrase of few letters above a header": "好。⟦\n\n⟧原始邮件\n发件人：Bo Li <bo@example.com>\n发件时间：2012年4月2日 10:05\n收件人：Alex\n主题：船\n\n会浮吗？\n",
    "GroupWise": "Yes.⟦\n\n⟧>>> Bo Li <bo@example.com> 02.04.2012 10:05 >>>\nDoes it float?\n\nBo\n",
    "GroupWise, a name alone": "Yes.⟦\n\n⟧>>> Bo Li 4/2/2012 10:05 AM >>>\n\nDoes it float?\n",
    "GroupWise, wrapped": "Yes.⟦\n\n⟧>>> Bo Li <bo.li@boats.example.com>\n02.04.2012 10:05 >>>\nDoes it float?\n",
    "GroupWise, attribution": "Yes.⟦\n\n⟧>>> On 4/2/2012 at 10:05 AM, in message <4F@gw.example.com>, Bo Li\n<bo@example.com> wrote:\nDoes it float?\n\nBo\n",
    "GroupWise, attribution and quote": "Yes.⟦\n\n⟧>>> On 4/2/2012 at 10:05 AM, in message <4F@gw.example.com>, Bo Li\n<bo@example.com> wrote:\n> Does it float?\n",
    "GroupWise, attribution in German": "Ja.⟦\n\n⟧>>> Am 02.04.2012 um 10:05 schrieb Bo Li <bo@example.com> in Nachricht\n<4F@gw.example.com>:\n> Schwimmt es?\n",
    "phrase with a colon": f"Yes.⟦\n\n⟧Original message:\n\n{HEADER}\n\nx\n",
    "phrase with a colon, quote": "Yes.⟦\n\n⟧Forwarded message:\n\n> x\n",
    "who wrote it": "Yes.⟦\n\n⟧----- Message from Bo <bo@example.com> -----\n\nx\n",
    "arrows as quote marks": f"Yes.⟦\n\n⟧{ON}\n» Does it float?\n",
    "Yandex": 'Yes.⟦\n\n⟧To: alex@example.org;\nSubject: Boat;\n02.04.2012, 10:05, "Bo Li" <bo@example.com>:\n> x\n',
    "Yahoo group": 'Yes.⟦\n\n⟧--- In boats@example.org, "bo" <bo@e...> wrote:\n> x\n',
    "quoth": "Yes.⟦\n\n⟧Quoth Bo Li on Apr 02 at 10:05 pm:\n> x\n",
    "SeaMonkey": "Yes.⟦\n\n⟧Bo Li wrote, On 02/04/12 10:05:\n> x\n",
    "KMail": "Yes.⟦\n\n⟧Am Montag, 2. April 2012, 10:05:00 schrieb Bo Li:\n> x\n",
    "name, address and a verb of another script": "Yes.⟦\n\n⟧Bo Li <bo@example.com> 寫道：\n\nx\n",
    "only the verb on the next line": "Yes.⟦\n\n⟧Bo Li <bo@example.com>\nwrote:\n\nx\n",
    "a time alone introduces a closing quote": "Yes.⟦\n\n⟧Bo Li, 10:05:\n> x\n",
    "quote, then its thread": "Yes.⟦\n\n⟧> x\n> y\n\nOn Mon, Apr 2, 2012 at 10:05, Bo wrote:\n> z\n",
    "history of two clients": f"Yes, it does, and it has for years now.⟦\n\n⟧{ON}\n> x\n\n-----Original Message-----\nFrom: Kim\n\nLong.\n",
    "mutt": "Yes.⟦\n\n⟧* Bo Li <bo@example.com> [2012-04-02 10:05]:\n\n> x\n",
    "Horde": "Yes.⟦\n\n⟧Quoting Bo Li <bo@example.com>:\n\n> x\n",
    "Nextcloud": 'Ja.⟦\n\n⟧"Bo Li" bo@example.com – 2. April 2012 10:05\n> x\n',
    "notmuch": "Yes.⟦\n\n⟧Excerpts from Bo Li's message of Mon Apr 02 10:05:00 +0200 2012:\n> x\n",
    "gnus": "Yes.⟦\n\n⟧Bo Li <bo@example.com> writes:\n\n> x\n",
    "list footer": f"Yes.⟦\n\n⟧{ON}\n> x\n\n______________\nBoats mailing list\nboats@example.org\n",
    "signature above": f"Yes.\n\n-- \nAlex\nBoats & more⟦\n\n⟧{ON}\n> x\n",
    "mobile signature above": f"Yes.\n\nSent from my iPhone⟦\n\n⟧{ON}\n> x\n",
    "excerpt, then the thread": f"> float?\n\nYes.⟦\n\n⟧{ON}\n> Does it float?\n",
    "excerpt, then Outlook's header": f"Hi,\n> float?\nYes.⟦\n\n⟧{HEADER}\n\nDoes it float?\n",
    "wrapped quote that lost its marks": f"Yes.⟦\n\n⟧{ON}\n> {'word ' * 13}\nfloat?\n> Bo\n",
    "link closed by a quote mark": "Yes.⟦\n\n⟧From: bo@example.com\nDate: Mon, 16 May 2012 00:15\n\n<http://x.example/y\n>  <bo@example.com>\n",
    "initials": f"Yes.⟦\n\n⟧{ON}\nBL> Does it float?\nBL>> No.\n",
    "attribution without a date": "Yes.⟦\n\n⟧Bo Li wrote:\n> Does it float?\n",
    "address and verb": "Yes.⟦\n\n⟧bo@example.com wrote:\n\nDoes it float?\n",
    "a ticket's first line": "Yes.⟦\n\n⟧-- reply above this line --\n\nDear Bo,\n\nit floats.\n",
    "Zendesk's first line": "Yes.⟦\n\n⟧##- Please type your reply above this line -##\n\nYour request was updated.\n",
    "odd line breaks": f"Yes,\x0b\x85\u2028 it does.⟦\n\n⟧{ON}\n> x\n",
    "byte order mark": f"\ufeffYes.⟦\n\n⟧{ON}\n\ufeff> x\n",
    "only carriage returns": f"Yes.⟦\r\r⟧{ON}\r> x\r".replace("\n", "\r"),
}


@pytest.mark.parametrize("case", ABOVE)
def test_the_place_is_above_the_history(case: str) -> None:
    boundary = check(ABOVE[case])
    above = [zone for zone in boundary.authored if zone[0] < boundary.end]
    assert above == ([(0, boundary.end)] if boundary.end else [])


def test_what_no_quote_mark_stands_before_below_a_quote_is_the_authors() -> None:
    """A mail program writes its signature there, with a marker or ours in it."""
    text = f"Yes.\n\n{ON}\n> Does it float?\n\n-- \nAlex\n"
    boundary = find_in_text(text)
    assert boundary is not None
    zones = [text[start:end] for start, end in boundary.authored]
    assert zones == [text[: boundary.end], "\n\n-- \nAlex"]


@pytest.mark.parametrize("case", ABOVE)
def test_crlf_moves_nothing(case: str) -> None:
    check(ABOVE[case].replace("\r", "\n").replace("\n", "\r\n"))


BELOW = {
    "bottom posted": f"{ON}\n> Does it float?\n\nYes.⟦\n⟧",
    "bottom posted, signature": f"{ON}\n> Does it float?\n\nYes.\n\n-- \nAlex⟦\n⟧",
    "bare quote, answer": "> Does it float?\n\nYes.⟦\n⟧",
    "bottom posted, a picture sign": f"{ON}\n> Does it float?\n\n👍⟦\n⟧",
    "greeting above": f"Hi Bo,\n\n{ON}\n> Does it float?\n\nYes.⟦\n⟧",
    "greeting with a full stop above": f"Hi.\n\n{ON}\n> Does it float?\n\nYes.\nIt does.⟦\n⟧",
    "greeting with a name above": f"Hallo Bo!\n\n{ON}\n> Schwimmt es?\n\nJa.⟦\n⟧",
    "greeting of all above": f"Bonjour à tous\n\n{ON}\n> Flotte-t-il ?\n\nOui.⟦\n⟧",
    "greeting in Russian above": f"Добрый день, Бо!\n\n{ON}\n> x\n\nДа.⟦\n⟧",
    "told that the answer stands below": f"Hi Bo,\n\nplease see below.\n\n{ON}\n> Does it float?\n\nYes, it does, it swam all day long.\n\nAlex⟦\n⟧",
    "told that it stands inline, in German": f"Hallo Bo,\nAntwort inline:\n\n{ON}\n> Schwimmt es?\n> Bo\n\nJa!⟦\n⟧",
    "interleaved": f"Hi,\n\n{ON}\n> Does it float?\n\nYes.\n\n> Does it sink?\n\nNo.⟦\n⟧",
    "interleaved, rest of quote": f"Hi,\n\n{ON}\n> float?\nYes.\n> sink?\nNo, never.⟦\n\n⟧> Bye,\n> Bo\n",
    "two attributions": "Bo wrote:\n> float?\nYes.\n\nKim wrote:\n> sink?\nNo, never.⟦\n⟧",
    "bottom posted, list footer": f"{ON}\n> Does it float?\n\nYes.⟦\n\n⟧_______________________\nboats mailing list\nboats@example.org\n",
    "interleaved, rest of quote, footer": f"Hi,\n\n{ON}\n> float?\nYes.\n> sink?\nNo, never.⟦\n\n⟧> Bo\n--\nTo unsubscribe from this list: no\n",
    "long answer below": f"Hi all.\n\n{ON}\n> x\n\n" + "One more line.\n" * 9 + "End.⟦\n⟧",
    "GroupWise, answers between": "Hi,\n\n>>> On 4/2/2012 at 10:05 AM, in message <4F@gw.example.com>, Bo Li\n<bo@example.com> wrote:\n> float?\nYes.\n> sink?\nNo, never.⟦\n⟧",
    "a long answer with contacts": f"Hi all.\n\n{ON}\n> x\n\nAsk Kim, kim@example.com\nor Pat, pat@example.com\nor look at www.boats.example\nTheir number is +47 22 12 34 56\nThey know it all\nand will tell you.\nOne more line\nEnd⟦\n⟧",
    "answers and a closing": f"Hi Bo,\n\n{ON}\n> float?\nYes.\n> sink?\nNo.\n\nKind regards\nAlex⟦\n⟧",
    "a header with quote marks, answers between": "Hi Bo,\n\n> From: Bo Li <bo@example.com>\n> To: alex@example.org\n> Subject: Boat\n>\n> float?\nYes.\n> sink?\nNo, never.⟦\n⟧",
    "excerpts": "I mean:\n> float?\nYes.\n> sink?\nNo, never.⟦\n⟧",
}


@pytest.mark.parametrize("case", BELOW)
def test_the_place_is_below_the_last_new_line(case: str) -> None:
    boundary = check(BELOW[case])
    assert boundary.rule in ("bottom-posted", "interleaved", "excerpt")
    text = BELOW[case].replace("⟦", "").replace("⟧", "")
    written = "".join(text[a:b] for a, b in boundary.authored)
    assert text[: boundary.start].split("\n")[-1] in written
    assert ">" not in written


FRESH = {
    "empty": "",
    "blank": " \r\n\r\n",
    "letter": "Dear Bo,\n\nit floats.\n\nAlex\n",
    "signature": "Yes.\n\n-- \nAlex\n",
    "said": "On 12 May 2012 at 10:30 he said:\n\nIt floats.\n",
    "a friend wrote": "A friend, kim@example.com, wrote:\n\nIt floats.\n",
    "who wrote": "In reply to kim@example.com, who wrote to me:\n\nIt floats.\n",
    "someone wrote": "I told kim@example.com what he wrote:\n\nIt floats.\n",
    "three labels, none a header's": "a: 1 b: 2 c: 3\nTo: you: me: us\n",
    "wrote, no date": "He wrote:\n\nIt floats.\n",
    "a line that begins with on": "Blah.\nOn Monday at 10:30 we met.\nIt was fun.\n",
    "dates in text": "Jan 15, 2024 at 2:30 PM\nOn Monday, January 15, 2024\n2024-01-15 14:30:00\n\nAll dates.\n",
    "travel": "From: Rome\nTo: Oslo\nDate: 5 May 2012\n\nFine?\n",
    "travel, contact": "Trip:\n\nFrom: Rome\nTo: Oslo\nDate: 5 May 2012, 10:05\nE-mail: taxi@example.com\n\nFine?\n",
    "memo": "MEMO\n\nTo: All staff\nFrom: Management\nDate: 5 May 2012\nSubject: Boats\n\nThey float.\n\nAlex\n",
    "leave": "Dear Bo,\n\nFrom: 2 April 2012\nTo: 5 April 2012\nSubject: leave\n\nFine?\n",
    "memo, sender first": "MEMO\n\nFrom: Management\nTo: All staff\nCc: Kim\nDate: 5 May 2012\nSubject: Boats\n\nThey float.\n",
    "cover sheet": "Hallo,\n\nVon: Boote GmbH\nAn: Kim Li\nDatum: 2. April 2012\nBetreff: Boot 12\n\nBis 10:05 Uhr schwimmt es.\n\nAlex\n",
    "cover sheet on one line": "Hi,\n\nFrom: Boats Ltd. To: Kim Date: 2 April 2012 Subject: Boat 12\n\nAlex\n",
    "agenda": "Agenda\n\nDate: 2 April 2012\nTime: 10:05\nFrom: Bo Li\nTo: the board\nSubject: boats\n\n1. float\n",
    "leave from a weekday": "Hi,\n\nFrom: Monday, 2 April 2012 10:05\nTo: Tuesday, 3 April 2012\nSubject: leave\n\nAlex\n",
    "letter to an address": "2 April 2012\n\nTo: Kim Li, kim@example.com\nRe: boat 12\nDate: 2 April 2012\n\nDear Kim,\n\nit floats.\n",
    "passenger": "Booking\n\nFrom: Rome\nTo: Oslo\nDate: 2 April 2012 10:05\nContact: trips@example.com\nTitle: Mr\n\nBon voyage!\n",
    "room": "Title: Boats\nDate: 2 April 2012\nFrom: 10:05\nTo: 11:05\nWhere: room 2\n",
    "bank transfer": "Empfänger: Boote GmbH\nBetrag: 12\nBetreff: Boot 12\nDatum: 2.4.2012\n\nAlex\n",
    "transport": "Data: 02/04/2012\nDa: Roma\nA: Milano\nOggetto: trasporto\n\nAlex\n",
    "letter's head": "De: Alex\nÀ: Bo\nObjet: bateau\n\nCher Bo,\n\nil flotte.\n",
    "appointment": "Date: Wednesday, 3 October 2011\nTime: 7:00 am\nAddress: 130 Fox St\n",
    "form": "Name: Bo\nSubject: boats\nMessage: float?\n",
    "rules": "A\n\n-----\n\nB\n\n=====\n_____\n***\n",
    "markdown": "# Boats\n\n- one\n- two\n\n    code\n\n```\nx > y\n```\n",
    "listing": "-rw-r--r-- 1 bo users 59 Feb 14 23:43 boat\n",
    "number at the line's start": "In 2012 we had\n2012 boats, at 10:30: fine.\n",
    "sent from a place": "Sent from the office, in a hurry.\n",
    "url with a verb": "See http://x.example/bob-wrote:2012-04-02?a=bo@example.com here.\n",
    "an invitation under a rule": "Join us:\n\n________________________________\nWho: Bo Li\nWhen: Monday, 2 April 2012 10:05\nWhere: the pier\nWhat: the boat\n\nAlex\n",
    "an invitation": "Join us:\n\nHost: Bo Li <bo@example.com>\nWhen: Monday, 2 April 2012 10:05\nWhere: the pier\nWhat: the boat\n",
    "a contact under a rule": "Ask her.\n\n________________________________\nName: Bo Li <bo@example.com>\nPhone: 12 34 56\nBorn: 2 April 2012 10:05\nPlace: Rome\n",
    "arrows around a word": "See >>> 2012 <<< and\n\na >>> b >>> c\n",
    "dashes around a date": "We meet ---2012--- in Rome, --- at 10:05 --- or so.\n",
    "two languages": "Original text:\nIt floats.\n\nTranslation:\nEs schwimmt.\n\nAlex\n",
    "two languages, a message": "Original message:\nIt floats.\n\nTranslation:\nEs schwimmt.\n",
    "message from somebody": "Hi,\n\n----- Message from the board -----\n\nWe float.\n\nAlex\n",
    "markdown heading": "## Original message\n\nIt floats.\n\n## Our view\n\nIt sinks.\n",
    "prose of the day someone wrote": "Hi,\n\nOn Monday, April 2, 2012 Bo wrote: it floats. I doubt that, it sinks.\n\nAlex\n",
    "what someone wrote that day": "Bonjour,\n\nLe 2 avril 2012, M. Li a écrit :\n« Il flotte. »\nC'est faux.\n\nAlex\n",
    "what someone wrote at that time": 'Hi,\n\nOn 2 April 2012 at 10:05 Bo Li wrote:\n\n"It floats."\n\nIt sinks.\n',
    "who was met": "Hi,\n\nOn Monday, April 2, 2012 at 10:05 we meet Bo Li <bo@example.com>:\n- boats\n\nAlex\n",
    "who is met there": "Hi,\n\nOn Monday, April 2, 2012 at 10:05 AM I will meet\nBo Li <bo@example.com>:\n- boats\n\nAlex\n",
    "who is met, in German": "Hallo,\n\nam Montag, 2. April 2012 um 10:05 Uhr treffen wir Bo (bo@example.com):\n- Boote\n",
    "arrows before links": "Gruß\nAlex\n\n» www.example.com\n» Impressum\n",
    "bare labels": "Trip on 2 April 2012\n\nTo\nOslo\n\nSubject\nBoats\n\nAlex\n",
    "journey between dashes": "Plan\n\n--- Travel ---\nFrom: Rome\nTo: Oslo\n\n--- Hotel ---\nFine.\n",
    "order between dashes": "Order\n\n----- Order 12 -----\nFrom: Boats Ltd.\nTo: Bo Li\nDate: 2 April 2012\n----- End -----\n\nAlex\n",
    "journey below a rule": "Trip\n__________\nFrom: Rome\nTo: Oslo\nDate: 2 April 2012\nPrice: 12\n\nFine?\n",
    "journey below a short rule": "Trip\n====\nFrom: Rome\nTo: Oslo\nDate: 2 April 2012 10:05\n\nFine?\n",
    "memo below a rule": "Memo\n__________\nFrom: Management\nTo: All staff\nDate: 5 May 2012\nSubject: Boats\n\nThey float.\n",
    "order between rules": "Order 12\n------------\nFrom: Boats Ltd.\nTo: Bo Li\n------------\nTotal: 12\n",
    "reasons": "To: be or not\nthat is the question\n",
    "ticket": "-- reply above this line --\n\nDear Bo,\n\nit floats.\n\nAlex\n",
    "ticket, number signs": "## Reply above this line ##\n\nDear Bo,\n\nit floats.\n",
    "what your client wrote": "Sehr geehrte Frau Li,\n\nam 2. April 2012 schrieb Ihr Mandant:\n\nDas Boot schwimmt.\n\nDas ist falsch.\n",
    "what he wrote at that time, in German": "Liebe Kim,\n\nam 2. April 2012 um 10:05 Uhr schrieb Bo:\n\nEs schwimmt.\n\nDas ist falsch.\n",
    "to whom he wrote": "Dear Kim,\n\nOn 2 April 2012 at 10:05 Bo wrote to me:\n\nit floats.\n\nIt sinks.\n",
    "what he wrote that": "On 2 April 2012 at 10:05 Bo Li <bo@example.com> wrote to us that:\n\nit floats.\n",
    "Zendesk's ticket": "##- Please type your reply above this line -##\n\nDear Bo,\n\nit floats.\n",
    "not found": "The message original was lost.\nForwarded message service is down.\n",
}


@pytest.mark.parametrize("case", FRESH)
def test_fresh_mail_is_never_cut(case: str) -> None:
    assert find_in_text(FRESH[case]) is None


PIECES = st.sampled_from(
    [
        ON,
        HEADER,
        "> x",
        ">",
        "Yes.",
        "",
        "-- ",
        "wrote:",
        "<",
        ">",
        "From:",
        "-----",
        "a@b.c",
        "|",
        "On",
        "2012",
        "10:05",
        "\u202b",
        "\x0b",
        "\r",
        "Begin forwarded message:",
        "。",
        "To",
        "Subject",
    ]
)


@given(st.lists(PIECES, max_size=30).map("\n".join) | st.text(max_size=300))
def test_no_text_raises_and_the_zone_is_in_order(text: str) -> None:
    boundary = find_in_text(text)
    if boundary is None:
        return
    assert 0 <= boundary.start <= boundary.end <= len(text)
    assert not text[boundary.start : boundary.end].strip(BLANK)
    previous = 0
    for start, end in boundary.authored:
        assert previous <= start < end <= len(text)
        previous = end


@given(
    new=st.lists(
        st.sampled_from(["Yes.", "It floats.", "Hi Bo!", "", "Alex", "Tell Kim: now"]),
        min_size=1,
        max_size=6,
    )
    .map("\n".join)
    .filter(lambda text: text.strip() == text and len(text) > 3),
    intro=st.sampled_from(
        [ON, "-----Original Message-----\n" + HEADER, HEADER, "________\n" + HEADER]
    ),
    quote=st.lists(st.sampled_from(["float?", "sink?", "", "Bo"]), min_size=1, max_size=6),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_a_signature_stands_exactly_between_new_text_and_history(
    new: str, intro: str, quote: list[str], newline: str
) -> None:
    history = intro + "\n" + "\n".join(f"> {line}" for line in quote)
    head = (new + "\n\n").replace("\n", newline)
    text = head + history.replace("\n", newline)
    boundary = find_in_text(text)
    assert boundary is not None
    assert text[: boundary.start] == new.replace("\n", newline)
    assert boundary.end == len(head)
