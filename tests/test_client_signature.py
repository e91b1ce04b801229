"""What mail programs sign with: found alone under the text, in many languages; never alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsig.client_signature import find_in_html, find_in_text
from mailsig.html.tokens import END, START, tokenize
from mailsig.reply.mobile import is_client_signature

LINES = """\
Sent from my iPhone
Sent from my iPad
Sent from Samsung Mobile
Sent from my Verizon Wireless BlackBerry
Sent from Mail for Windows 10
Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows
Sent from my Samsung Galaxy , an AT&T LTE smartphone
Sent via the Samsung GALAXY S®4, an AT&T 4G LTE smartphone
Sent from Yahoo Mail on Android
Sent with Proton Mail secure email.
Sent from my T-Mobile 4G LTE Device
Sent from my iPhone. Please excuse typos.
Sent using the mobile mail app
Get Outlook for iOS
Get Outlook for Android<https://aka.ms/ghei36>
Get [Outlook for Android](https://aka.ms/ghei36)
Get BlueMail for Android
Von meinem iPhone gesendet
Von meinem Samsung Galaxy Smartphone gesendet.
Gesendet von Outlook für Android<https://aka.ms/AAb9ysg>
Gesendet mit der GMX Mail App
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.
Envoyé de mon iPhone
Envoyé depuis mon appareil mobile Samsung
Télécharger Outlook pour iOS
Provenance : Courrier pour Windows 10
Enviado desde mi iPhone
Enviado do meu iPhone
Obter o Outlook para iOS
Inviato da iPhone
Inviato dal mio iPad
Scarica Outlook per Android
Verstuurd vanaf mijn iPhone
Verzonden vanaf mijn Galaxy
Sendt fra min iPhone
Skickat från min iPhone
Skickat från Outlook för Android
Lähetetty iPhonesta
Hanki Outlook for iOS
Wysłane z iPhone'a
Wysłano z telefonu Samsung
Odesláno z iPhonu
Odoslané z iPhonu
Az iPhone készülékemről küldve
Trimis de pe iPhone‑ul meu
Отправлено с iPhone
Отправлено из мобильной Яндекс.Почты
Надіслано з iPhone
Изпратено от моя iPhone
Послато са мог iPhone-а
Poslano s mog iPhonea
Poslano iz mojega iPhona
Saadetud minu iPhone'ist
Sūtīts no mana iPhone
Išsiųsta iš mano „iPhone“
iPhone'umdan gönderildi
Στάλθηκε από το iPhone μου
נשלח מה-iPhone שלי
أُرسلت من الـ iPhone
发自我的iPhone
從我的 iPhone 傳送
iPhoneから送信
나의 iPhone에서 보냄
Được gửi từ iPhone của tôi
ส่งจาก iPhone ของฉัน
Dikirim dari iPhone saya
Enviat des del meu iPhone
""".splitlines()

ALIKE = [
    "Sent from my desk, is much easier than my mobile phone.",
    "Sent from Samsung headquarters in Seoul",
    "Sent from the office",
    "Sent from heaven",
    "Sent",
    "I sent it from my iPhone",
    "The photo was sent from my iPhone yesterday",
    "Sent from my iPhone is what it says",
    "Sent from my iPhone? No!",
    "Sent from Bob's iPhone while he and Kim were in the garden of the old mill",
    "Get the iPhone",
    "Get your Android fixed",
    "Please get Outlook for iOS and call me",
    "Outlook for Android",
    "My iPhone",
    "Yahoo Mail",
    "Mail for Windows was sent with errors",
    "Gesendet von Bob Galaxy Smith",
    "Enviado desde la oficina",
    "",
    "Sent from " + "x" * 500 + " iPhone",
]


@pytest.mark.parametrize("line", LINES)
def test_a_program_s_line_is_known(line: str) -> None:
    assert is_client_signature(line)


@pytest.mark.parametrize("line", ALIKE, ids=lambda line: line[:30])
def test_a_line_that_looks_alike_is_text(line: str) -> None:
    assert not is_client_signature(line)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_in_text_the_last_line_before_the_place_is_found(line: str, newline: str) -> None:
    new = f"Yes.{newline}{newline}  {line}{newline}{newline}"
    text = new + f"On Monday Bo wrote:{newline}> x"
    found = find_in_text(text, len(new))
    assert found is not None
    assert text[slice(*found)] == line


TEXT = {
    "no blank line above": ("Yes.\n⟦Sent from my iPhone⟧\n", True),
    "the whole mail": ("⟦Sent from my iPhone⟧", True),
    "under a delimiter": ("Yes.\n\n⟦-- \nSent from my iPhone⟧\n", True),
    "link on a line of its own": (
        "Yes.\n\n⟦Get Outlook for iOS\n<https://aka.ms/o0ukef>⟧\n",
        True,
    ),
    "two lines": ("Yes.\n\n⟦Sent from my iPhone\nGet Outlook for iOS⟧\n", True),
    "something below": ("Yes.\n\nSent from my iPhone\n\nAlex\n", False),
    "the end of a paragraph": ("The picture was\nsent from my iPhone\n", False),
    "quoted": ("Yes.\n> Sent from my iPhone\n", False),
    "in a sentence": ("It was sent from my iPhone", False),
    "nothing": ("", False),
    "blank": (" \n\u00a0\n", False),
}


@pytest.mark.parametrize("case", TEXT)
def test_in_text(case: str) -> None:
    marked, expected = TEXT[case]
    text = marked.replace("⟦", "").replace("⟧", "")
    found = find_in_text(text, len(text))
    if not expected:
        assert found is None
        return
    assert found == (marked.index("⟦"), marked.index("⟧") - 1)


HTML = {
    "own element": "<div>Yes.</div><br>⟦<div><span>Sent from my <b>iPhone</b></span></div>⟧",
    "after br": "<body>Yes.<br><br>⟦Sent from my iPhone⟧</body>",
    "link at the end": "<p>Yes.<br>⟦Get <a href='x'>Outlook for iOS</a>⟧</p><p>&nbsp;</p>",
    "link all of it": "<div>Yes.</div>⟦<div><a href='x'>Sent from Yahoo Mail on Android</a></div>⟧",
    "Outlook's container": '<div>Yes.</div>⟦<div id="ms-outlook-mobile-signature"><div>Get <a '
    'href="https://aka.ms/o0ukef">Outlook for iOS</a></div></div>⟧<br>',
    "Apple's container": '<div>Yes.</div>⟦<div id="AppleMailSignature" dir="ltr">Alex<br>Boats</div>⟧',
    "two lines": "<div>Yes.</div>⟦<div>Sent from my iPhone</div><div>Get Outlook for iOS</div>⟧",
    "entities": "<p>Yes.</p>⟦<p>&nbsp;Envoy&eacute; de mon iPhone&nbsp;</p>⟧",
    "in a cell": "<table><tr><td>Yes.<br>⟦Sent from my iPad⟧</td></tr></table>",
}
NOT_HTML = {
    "in a sentence": "<p>Yes, it was<i> Sent from my iPhone</i></p>",
    "container far above": '<p class="AppleMailSignature">Alex</p>'
    + "<p> </p>" * 80
    + "<p>Yes.</p>",
    "container that never ends": '<p>Yes.</p><div class="AppleMailSignature">Alex',
    "something below": "<p>Yes.</p><p>Sent from my iPhone</p><p>Alex</p>",
    "container above text": '<div class="AppleMailSignature">Alex</div><p>Yes.</p>',
    "in a quote": "<p>Yes.</p><blockquote type=cite>x<br>Sent from my iPhone</blockquote>",
    "hidden": '<p>Yes.</p><p style="display:none">Sent from my iPhone</p>',
    "in a comment": "<p>Yes.</p><!-- Sent from my iPhone -->",
    "misnested": "<p>Yes. <b><i>x</b><br>Sent from my iPhone</p>",
    "nothing": "",
}


@pytest.mark.parametrize("case", HTML)
def test_in_html(case: str) -> None:
    marked = HTML[case]
    body = marked.replace("⟦", "").replace("⟧", "")
    found = find_in_html(body, tokenize(body), len(body))
    assert found == (marked.index("⟦"), marked.index("⟧") - 1)


@pytest.mark.parametrize("case", NOT_HTML)
def test_not_in_html(case: str) -> None:
    body = NOT_HTML[case]
    found = find_in_html(body, tokenize(body), len(body))
    if case != "misnested":
        assert found is None
    else:
        assert found is None or body[slice(*found)] == "Sent from my iPhone"


def test_only_what_stands_before_the_place_counts() -> None:
    body = (
        "<p>Yes.</p><p>Sent from my iPad</p><hr><p>From: Bo</p><p>Sent from my iPhone</p>"
    )
    found = find_in_html(body, tokenize(body), body.index("<hr>"))
    assert found is not None
    assert body[slice(*found)] == "<p>Sent from my iPad</p>"


MARKUP = st.lists(
    st.sampled_from(
        [
            "<div>",
            "</div>",
            "<b>",
            "</b>",
            "<p>",
            "</p>",
            "<br>",
            "<td>",
            "<!--x-->",
            "Yes.",
            " ",
            "Sent from my iPhone",
            "Get <a>Outlook</a> for iOS",
            '<div id="AppleMailSignature">',
            "&nbsp;",
            "<blockquote>",
            "</blockquote>",
            "<style>x</style>",
            "<",
            ">",
        ]
    ),
    max_size=14,
).map("".join)


@given(MARKUP)
def test_what_is_found_is_balanced_and_within_reach(body: str) -> None:
    tokens = tokenize(body)
    found = find_in_html(body, tokens, len(body))
    if found is None:
        return
    start, end = found
    assert 0 <= start < end <= len(body)
    opened: list[str] = []
    for kind, at, _, name in tokens:
        if start <= at < end and name != "br":
            if kind == START:
                opened.append(name)
            elif kind == END:
                assert opened
                assert opened.pop() == name
    assert opened == []


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(LINES + ALIKE), max_size=5).map("\n".join)
)
def test_no_text_raises(text: str) -> None:
    found = find_in_text(text, len(text))
    assert found is None or 0 <= found[0] < found[1] <= len(text)
    is_client_signature(text)
