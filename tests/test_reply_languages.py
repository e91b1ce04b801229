"""Replies and forwards in the languages of the vocabulary; every text here is made up."""

from __future__ import annotations

import pytest

from mailsig.reply import find_in_text
from mailsig.reply.vocabulary import LANGUAGES, Words

NEW = "Passt.\n\nGruß\nAlex"

# As Gmail, Apple Mail, Thunderbird and Outlook write them.
ATTRIBUTIONS = [
    "On Mon, Apr 2, 2012 at 10:05 AM Bo Li <bo@example.com> wrote:",
    "On Mon, Apr 2, 2012 at 10:05 AM, Bo Li <\nbo@example.com> wrote:",
    "On 2 Apr 2012, at 10:05, Bo Li <bo@example.com> wrote:",
    "On 02/04/2012 10:05, Bo Li wrote:",
    "On Monday, April 2nd, 2012 at 10:05, Bo Li <bo@example.com> wrote:",
    "On Monday, April 2, 2012, Bo Li <bo@example.com>\nwrote:",
    "At 10:05 02/04/2012 +0100, Bo Li wrote:",
    'At 2019-07-04 11:20:38, "Bo Li" <bo@example.com> wrote:',
    "---- On Mon, 02 Apr 2012 10:05:00 +0200 Bo Li <bo@example.com> wrote ----",
    "--- On Wed, 4/4/12, Bo Li <bo@example.com> wrote:",
    "Bo Li <bo@example.com> wrote:",
    "2012/4/2 Bo Li <bo@example.com>",
    "Am Mo., 2. Apr. 2012 um 10:05 Uhr schrieb Bo Li <bo@example.com>:",
    "Am 02.04.2012 um 10:05 schrieb Bo Li:",
    "Am 02.04.12 um 10:05 schrieb Bo Li <bo@example.com>:",
    "Bo Li <bo@example.com> schrieb am Mo., 2. Apr. 2012,\n10:05:",
    "Bo Li schrieb am 02.04.2012 um 10:05 Uhr:",
    "Le lun. 2 avr. 2012 à 10:05, Bo Li <bo@example.com> a écrit :",
    "Le lun. 2 avr. 2012 à 10:05, Bo Li <bo@example.com> a\nécrit :",
    "Le 02/04/2012 à 10:05, Bo Li a écrit\xa0:",
    "El lun, 2 abr 2012 a las 10:05, Bo Li (<bo@example.com>) escribió:",
    "El 02/04/2012 a las 10:05, Bo Li escribió:",
    "Em seg., 2 de abr. de 2012 às 10:05, Bo Li <bo@example.com> escreveu:",
    "Bo Li <bo@example.com> escreveu no dia segunda, 2/04/2012 à(s) 10:05:",
    "Il giorno lun 2 apr 2012 alle ore 10:05 Bo Li <bo@example.com> ha scritto:",
    "Il 02/04/2012 10:05, Bo Li ha scritto:",
    "Op ma 2 apr 2012 om 10:05 schreef Bo Li <bo@example.com>:",
    "Op 02-04-12 om 10:05 schreef Bo Li:",
    "Op 2 apr. 2012, om 10:05 heeft Bo Li <bo@example.com> het volgende geschreven:",
    "Den man. 2. apr. 2012 kl. 10.05 skrev Bo Li <bo@example.com>:",
    "man. 2. apr. 2012 kl. 10:05 skrev Bo Li <bo@example.com>:",
    "Den 02-04-2012 kl. 10:05 skrev Bo Li:",
    "Den mån 2 apr. 2012 kl 10:05 skrev Bo Li <bo@example.com>:",
    "2 apr. 2012 kl. 10:05 skrev Bo Li <bo@example.com>:",
    "ma 2. huhtik. 2012 klo 10.05 Bo Li (bo@example.com) kirjoitti:",
    "Bo Li kirjoitti 2.4.2012 kello 10.05:",
    "pon., 2 kwi 2012 o 10:05 Bo Li <bo@example.com> napisał(a):",
    "W dniu 02.04.2012 o 10:05, Bo Li pisze:",
    "Wiadomość napisana przez Bo Li <bo@example.com> w dniu 2 kwi 2012, o godz. 10:05:",
    "Dnia 2 kwietnia 2012 10:05 Bo Li <bo@example.com> napisał(a):",
    "po 2. 4. 2012 v 10:05 odesílatel Bo Li <bo@example.com> napsal:",
    "Dne 02. 04. 12 v 10:05 Bo Li napsal(a):",
    "po 2. 4. 2012 o 10:05 Bo Li <bo@example.com> napísal(a):",
    "Dňa 2. 4. 2012 o 10:05 Bo Li napísal(a):",
    "Bo Li <bo@example.com> ezt írta (időpont: 2012. ápr. 2., H, 10:05):",
    "2012. 04. 02. 10:05 keltezéssel, Bo Li írta:",
    "lun., 2 apr. 2012 la 10:05, Bo Li <bo@example.com> a scris:",
    "În lun., 2 apr. 2012 la 10:05, Bo Li <bo@example.com> a scris:",
    "Pe 02.04.2012 10:05, Bo Li a scris:",
    "пн, 2 апр. 2012 г. в 10:05, Bo Li <bo@example.com>:",
    "02.04.2012 10:05, Bo Li пишет:",
    '02.04.2012, 10:05, "Bo Li" <bo@example.com>:',
    "2 апреля 2012 г., 10:05 пользователь Bo Li <bo@example.com> написал:",
    "пн, 2 квіт. 2012 р. о 10:05 Bo Li <bo@example.com> пише:",
    "На пн, 2.04.2012 г. в 10:05 Bo Li <bo@example.com> написа:",
    "пон, 2. апр 2012. у 10:05 Bo Li <bo@example.com> је написао/ла:",
    "pon, 2. tra 2012. u 10:05 Bo Li <bo@example.com> napisao je:",
    "V V pon., 2. apr. 2012 ob 10:05 je oseba Bo Li <bo@example.com> napisala:",
    "Dne 02/04/2012 ob 10:05 je Bo Li napisal(a):",
    "Kuupäev E, 2. aprill 2012 kell 10:05 kirjutas Bo Li <bo@example.com>:",
    "Pirmd., 2012. g. 2. apr., plkst. 10:05 — lietotājs Bo Li (<bo@example.com>) rakstīja:",
    "2012-04-02, pr, 10:05 Bo Li <bo@example.com> rašė:",
    "Bo Li <bo@example.com>, 2 Nis 2012 Pzt, 10:05 tarihinde şunu yazdı:",
    "2.04.2012 10:05 tarihinde Bo Li yazdı:",
    "Στις Δευ 2 Απρ 2012 στις 10:05 π.μ., ο χρήστης Bo Li <bo@example.com> έγραψε:",
    "\u202bבתאריך יום ב׳, 2 באפר׳ 2012 ב-10:05 מאת \u202aBo Li\u202c\u200f"
    " <\u202abo@example.com\u202c\u200f>:\u202c",
    "\u202bفي الاثنين، 2 أبريل 2012 في 10:05 ص تمت كتابة ما يلي بواسطة"
    " \u202aBo Li\u202c\u200f <\u202abo@example.com\u202c\u200f>:\u202c",
    "در تاریخ دوشنبه ۲ آوریل ۲۰۱۲،‏ ۱۰:۰۵ Bo Li <bo@example.com> نوشت:",
    "सोम, 2 अप्रैल 2012 को 10:05 पूर्वाह्न बजे को Bo Li <bo@example.com> ने लिखा:",
    "2012年4月2日(月) 10:05 Bo Li <bo@example.com>:",
    "2012/04/02 10:05、Bo Li <bo@example.com>のメール:",
    "2012年4月2日 10:05、Bo Liのメール：",
    "2012년 4월 2일 (월) 오전 10:05, Bo Li <bo@example.com>님이 작성:",
    "2012. 4. 2. 오전 10:05, Bo Li <bo@example.com> 작성:",
    "Bo Li <bo@example.com> 于2012年4月2日周一 10:05写道：",
    "Bo Li <bo@example.com> 於 2012年4月2日 週一 上午10:05寫道：",
    "在 2012年4月2日，10:05，Bo Li <bo@example.com> 写道：",
    '在 2012-04-02 10:05:00，"Bo Li" <bo@example.com> 写道：',
    "Vào Th 2, 2 thg 4, 2012 vào lúc 10:05 Bo Li <bo@example.com> đã viết:",
    "ในวันที่ จ. 2 เม.ย. 2012 เวลา 10:05 Bo Li <bo@example.com> เขียนว่า:",
    "Pada tanggal Sen, 2 Apr 2012 pukul 10.05 Bo Li <bo@example.com> menulis:",
    "Missatge de Bo Li <bo@example.com> del dia dl., 2 d’abr. 2012 a les 10:05:",
    "O luns, 2 abr 2012 ás 10:05, Bo Li (<bo@example.com>) escribiu:",
    "Bo Li (bo@example.com) igorleak hau idatzi du (2012 api. 2, al. 10:05):",
    "Bo Li(e)k igorleak hau idatzi zuen (2012/04/02 10:05):",
    "Þann mán., 2. apr. 2012 kl. 10:05 skrifaði Bo Li <bo@example.com>:",
    "Op Ma. 02 Apr. 2012 om 10:05 het Bo Li <bo@example.com> geskryf:",
    "Bo Li писав 2012-04-02 10:05:",
    "Më 2012-04-02 10:05, Bo Li shkroi:",
    "2012 წლის 2 აპრილს 10:05 Bo Li <bo@example.com> წერდა:",
    "2012 ж. 2 сәу., сағат 10:05, Bo Li <bo@example.com> жазды:",
    "Mnamo Jumatatu, 2 Aprili 2012 10:05, Bo Li <bo@example.com> aliandika:",
    "Noong Lun, Abr 2, 2012 nang 10:05 AM, isinulat ni Bo Li <bo@example.com>:",
    "Den 2. april 2012 10:05, skreiv Bo Li:",
    "Dne 2. april 2012 10:05, Bo Li sporoča:",
    "No 02/04/2012 10:05, Bo Li escribeu:",
    "2012-04-02 10:05에 Bo Li이(가) 쓴 내용:",
    '2012. 4. 2. 오전 10:05에 "Bo Li" <bo@example.com>이(가) 보낸 메시지:',
    '2 Apr 2012 10:05, "Bo Li" <bo@example.com> ditulis:',
    '2 api. 2012 10:05, "Bo Li" <bo@example.com> idatzia:',
    '2012. gada 2. apr. 10:05, "Bo Li" <bo@example.com> rakstija:',
    "Bo Li напісаў 2012-04-02 10:05:",
    "2 кра 2012, 10:05, Bo Li <bo@example.com> піша:",
    "Ar 2012-04-02 10:05, ysgrifennodd Bo Li:",
    "Ar an 2012-04-02 10:05, scríobh Bo Li:",
    "Je 2012-04-02 10:05, Bo Li skribis:",
    "Op 2012-04-02 10:05, skreau Bo Li:",
    "Den 2012-04-02 10:05, Bo Li schreift:",
    "2012-04-02 10:05 tarixdə, Bo Li yazıb:",
    "Bo Li yozgan kun 2012-04-02 10:05:",
    "2012-04-02 10:05-ին, Bo Li-ը գրեց՝",
    "2012-04-02 10:05 তারিখে Bo Li লিখেছেন:",
    "2012-04-02 10:05, Bo Li எழுதியது:",
    "2012-04-02 10:05, Bo Li എഴുതി:",
    "2012-04-02 10:05 या दिवशी Bo Li ने लिहीले :",
    "-----  2012年4月2日，10:05，Bo Li 寫道﹕",
    "----- Apr 2, 2012 10:05 AM に Bo Liさんが書いたメッセージ：",
    "----- Apr 2, 2012पर, 10:05 AMमें, Bo Li लिखा गया:",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_an_attribution_begins_the_history_above_a_quote(
    attribution: str, newline: str
) -> None:
    text = f"{NEW}\n\n{attribution}\n\n> Klappt es?\n>\n> Bo\n".replace("\n", newline)
    boundary = find_in_text(text)
    assert boundary is not None
    assert text[: boundary.start] == NEW.replace("\n", newline)
    assert text[boundary.end :].startswith(attribution.replace("\n", newline)[:12].strip())
    assert boundary.rule == "attribution"


@pytest.mark.parametrize(
    "attribution",
    [
        "Bo Li yazdı:",
        "Skrev Bo Li:",
        "Bo Li كَتَب :",
        "Bo Li이 씀:",
        "Bo Li 이(가) 쓴 글",
        "Bo Li жазған:",
        "Bo Li membalas:",
        "Bo Li skreiv:",
        "Bo Li sporoča:",
        "Bo Li піша:",
        "Bo Li skribis:",
        "Bo Li skreau:",
        "Ysgrifennodd Bo Li:",
        "Scríobh Bo Li:",
        "נכתב על ידי Bo Li:",
        "Bo Li գրել է՝",
        "Bo Li எழுதியது:",
        "Bo Li എഴുതി",
        ":כתב Bo Li, 2012-04-02 10:05 בתאריך",
    ],
)
def test_a_verb_is_enough_above_a_quote(attribution: str) -> None:
    text = f"{NEW}\n\n{attribution}\n> Klappt es?\n>\n> Bo\n"
    boundary = find_in_text(text)
    assert boundary is not None
    assert text[: boundary.start] == NEW
    assert text[boundary.end :].startswith(attribution[:4])


@pytest.mark.parametrize(
    "words",
    [
        "Quoting {}:",
        "Zitat von {}:",
        "Citando {}:",
        "Citat af {}:",
        "Siterer {}:",
        "Citerar {}:",
        "Lainaus {}:",
        "Cituji {}:",
        "Citát {}:",
        "Idézet ({}):",
        "Citiram {}:",
        "Citēju {}:",
        "Vísa til {}:",
        "S'està citant {}:",
        "Estase citando {}:",
        "Παραθέτοντας {}:",
        "Цитирую {}:",
        "Цитую {}:",
        "نقل قول {}:",
        "引用 {}：",
        "引述 {}:",
        "{}을(를) 인용합니다:",
    ],
)
def test_who_is_quoted_begins_the_history_above_a_signature(words: str) -> None:
    for name in ("Bo Li <bo@example.com>", "bo@example.com"):
        line = words.format(name)
        text = f"{NEW}\n\n{line}\n\n> Klappt es?\n>\n> Bo\n\nGruß\nAlex\n"
        boundary = find_in_text(text)
        assert boundary is not None
        assert text[: boundary.start] == NEW
        assert text[boundary.end :].startswith(line)


FULL = [a for a in ATTRIBUTIONS if a != "2012/4/2 Bo Li <bo@example.com>"]


@pytest.mark.parametrize("attribution", FULL)
def test_a_full_attribution_needs_no_quote_marks_below_it(attribution: str) -> None:
    text = f"{NEW}\n\n{attribution}\n\nKlappt es?\n\nBo\n"
    boundary = find_in_text(text)
    assert boundary is not None
    assert text[: boundary.start] == NEW
    assert text[boundary.end :].startswith(attribution[:12].strip())


def _first(words: str) -> str:
    return words.partition("|")[0].capitalize()


def _labels(words: Words) -> str:
    when = "Monday, 2 April 2012 10:05"
    return (
        f"{_first(words.sender)}: Bo Li <bo@example.com>\n"
        f"{_first(words.date)}: {when}\n"
        f"{_first(words.to)}: Alex <alex@example.org>\n"
        f"{_first(words.subject)}: Klappt es?\n"
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_header_block_begins_the_history(code: str) -> None:
    block = _labels(LANGUAGES[code])
    for between in ("\n\n", "\n\n________________________________\n"):
        text = f"{NEW}{between}{block}\nKlappt es?\n"
        boundary = find_in_text(text)
        assert boundary is not None
        assert text[: boundary.start] == NEW
        assert boundary.end == len(NEW) + 2


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        (code, phrase)
        for code, words in LANGUAGES.items()
        for phrase in words.separators.split("|")
    ],
)
def test_a_phrase_between_dashes_begins_the_history(code: str, phrase: str) -> None:
    for line in (
        f"-----{phrase.title()}-----",
        f"---------- {phrase} ---------",
        f"-------- {phrase.upper()} --------",
        f"----- {phrase} ----- {_labels(LANGUAGES[code])}".replace("\n", ""),
    ):
        text = f"{NEW}\n\n{line}\n\nKlappt es?\n"
        boundary = find_in_text(text)
        assert boundary is not None, line
        assert (boundary.start, boundary.end) == (len(NEW), len(NEW) + 2), line


@pytest.mark.parametrize(
    "phrase",
    [
        phrase
        for words in LANGUAGES.values()
        for phrase in words.openers.split("|")
        if phrase
    ],
)
def test_a_line_that_opens_a_forwarded_mail_begins_the_history(phrase: str) -> None:
    for new in (NEW, ""):
        lead = f"{new}\n\n" if new else ""
        text = f"{lead}{phrase.capitalize()}:\n\nFrom: Bo\nSubject: Klappt es?\n"
        boundary = find_in_text(text)
        assert boundary is not None
        assert (boundary.start, boundary.end) == (len(new), len(lead))


def test_the_vocabulary_covers_sixty_languages() -> None:
    assert len(LANGUAGES) >= 60
    for code, words in LANGUAGES.items():
        for field in ("sender", "to", "date", "subject", "verbs", "separators", "openers"):
            assert getattr(words, field), (code, field)
        for field in Words.__slots__:
            entries = getattr(words, field).split("|")
            assert len(entries) == len(set(entries)), (code, field)
