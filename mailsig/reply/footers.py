"""What lists, virus scanners and lawyers add under a mail: nobody's new text.

And the words that open and close a letter: alone above a quote, the answer stands below
it; below a quote, a signature begins with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from mailsig.reply.lines import Line
from mailsig.reply.separators import is_rule
from mailsig.reply.words import LONGEST, alternatives, key, listed

_OPENS = re.compile(
    r"(?:to unsubscribe|to post to this group|for additional commands"
    r"|for more options,? visit|you received this message because|you are receiving this"
    r"|yahoo! groups (?:links|sponsor)|your use of yahoo! groups|list archives? and"
    r"|to change your (?:options|subscription)|visit this group at|to view this discussion"
    r"|unsubscribe[: ]|um (?:sich|die liste)|pour se d[ée]sabonner|para cancelar"
    r"|an?melden:|abmelden:|archives?: http|this (?:sf\.net|list) e?mail is sponsored"
    r"|do you yahoo!\?)",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"th(?:is|e information (?:contained )?in this) (?:e-?mail|message|communication)\b"
    r"[^.]{0,120}(?:confidential|privileged|intended (?:only|solely|for))"
    r"|diese (?:e-?mail|nachricht)\b[^.]{0,120}vertraulich"
    r"|ce (?:message|courriel|mail)\b[^.]{0,120}confidentiel"
    r"|est[ea] (?:mensaje|mensagem|correo|e-?mail)\b[^.]{0,120}confidencia"
    r"|(?:questo messaggio|questa e-?mail)\b[^.]{0,120}(?:riservat|confidenzial)"
    r"|dit (?:bericht|e-?mail)\b[^.]{0,120}vertrouwelijk"
    r"|(?:confidentiality|legal) (?:notice|disclaimer)\b|^disclaimer\b"
    r"|virus[- ]free\b|no virus(?:es)? (?:was )?found|checked by avg|scanned (?:by|for) "
    r"|e-?mail (?:was|has been) (?:checked|scanned)|auf viren (?:geprüft|überprüft)",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"mailing list|mailman/listinfo|/listinfo/|unsubscribe|@lists?\.|-request@|listserv"
    r"|mailingliste|liste de diffusion|lista de correo",
    re.IGNORECASE,
)
_CLOSINGS = frozenset(  # in folded case
    (
        "regards|kind regards|best regards|warm regards|kindest regards"
        "|with kind regards|with best regards|sincerely|yours sincerely|sincerely yours"
        "|yours faithfully|best wishes|mit freundlichen grüßen|mit freundlichen grüssen"
        "|mit besten grüßen|mit freundlichem gruß|freundliche grüße|freundliche grüsse"
        "|viele grüße|beste grüße|viele grüsse|liebe grüße|liebe grüsse|herzliche grüße"
        "|schöne grüße|mfg|lg|cordialement|bien cordialement|salutations|bien à vous"
        "|sincères salutations|saludos|un saludo|saludos cordiales|un cordial saludo"
        "|atentamente|cordialmente|cordiali saluti|distinti saluti|saluti"
        "|atenciosamente|cumprimentos|com os melhores cumprimentos"
        "|met vriendelijke groet|met vriendelijke groeten|vriendelijke groet"
        "|vriendelijke groeten|groeten|mvg|med venlig hilsen|venlig hilsen"
        "|med vennlig hilsen|vennlig hilsen|mvh|med vänlig hälsning"
        "|med vänliga hälsningar|vänliga hälsningar|ystävällisin terveisin|terveisin"
        "|pozdrawiam|z poważaniem|s pozdravem|s úctou|s pozdravom|lep pozdrav"
        "|lijep pozdrav|srdačan pozdrav|üdvözlettel|tisztelettel|cu stimă|cu respect"
        "|с уважением|з повагою|с уважение|поздрави|saygılarımla|με εκτίμηση"
    )
    .casefold()
    .split("|")
)
_GREETINGS = frozenset(  # in folded case
    (
        "hi|hello|hey|dear|good morning|good afternoon|good evening|greetings|hallo"
        "|guten tag|guten morgen|guten abend|moin|servus|grüezi|grüß gott|liebe|lieber"
        "|bonjour|bonsoir|salut|cher|chère|hola|buenos días|buenas tardes|buenas noches"
        "|estimado|estimada|olá|oi|bom dia|boa tarde|boa noite|prezado|prezada|caro"
        "|cara|ciao|salve|buongiorno|buonasera|gentile|goedemorgen|goedemiddag"
        "|goedenavond|goedendag|dag|beste|hej|hejsan|hei|god morgen|god morgon|goddag"
        "|moi|terve|hyvää päivää|cześć|dzień dobry|witam|ahoj|dobrý den|dobrý deň|szia"
        "|üdv|bună|bună ziua|здравствуйте|добрый день|доброе утро|добрый вечер|привет"
        "|вітаю|добрий день|здравейте|zdravo|bok|dobar dan|pozdravljeni|merhaba"
        "|γεια σας|γεια|καλημέρα|שלום|مرحبا|السلام عليكم"
    )
    .casefold()
    .split("|")
)
_BANNER = re.compile(  # what a gateway writes above a mail from outside
    r"\W{0,4}+(?:(?:caution|warning|external|extern|externe|externo|esterno|externí"
    r"|achtung|vorsicht|attention|atención|atenção|attenzione|let op)\W{1,6}+){0,3}+"
    r"(?:external(?: e-?mail| sender| message)?\W{0,4}\Z"
    r"|this (?:e-?mail|message|mail) (?:has |was )?(?:originate|sent from outside"
    r"|came from|comes from|is from an? external)|you don['’]t often get e-?mail from"
    r"|zjqcmqryfpfptbanner|some people who received this message|(?:use|exercise) caution"
    r"|(?:please )?do not (?:click|open|reply)"
    r"|diese (?:e-?mail|nachricht) (?:stammt|kommt|wurde) (?:von )?"
    r"(?:au(?:ß|ss)erhalb|extern)|sie erhalten nicht (?:oft|häufig)"
    r"|ce(?:t e-?mail| courriel| message) (?:provient|a été envoyé)"
    r" (?:de l['’]ext|d['’]une? exp)|vous (?:n['’]obtenez|ne recevez) pas souvent"
    r"|este (?:correo|mensaje|e-?mail) (?:proviene|procede|se origin|foi enviado de fora"
    r"|ha sido enviado desde fuera|teve origem)|no suele recibir"
    r"|questa e-?mail proviene|non si ricevono spesso|deze e-?mail is afkomstig)",
    re.IGNORECASE,
)
_ADDRESSED = 2  # words behind a greeting: whom it greets
_CONTACT = re.compile(r"\S@\S|\bwww\.|://|\d(?:[ ()/.-]{0,3}\d){6}")
_LONGEST_CARD = 16
_LOOK = 4  # lines below a rule in which a list is named


def is_footer(lines: Sequence[Line], at: int) -> bool:
    """Whether a footer begins with line `at`: its first words, or a rule above them."""
    text = lines[at].text
    if _OPENS.match(text) or _NOTICE.search(text, 0, 240):
        return True
    if not (is_rule(text) or (len(text) > 200 and text.startswith("____"))):
        return False
    if len(text) > 200:
        return _SAYS.search(text, 0, 400) is not None
    return any(
        _SAYS.search(line.text, 0, 200) is not None
        for line in lines[at + 1 : at + 1 + _LOOK]
    )


def is_banner(text: str) -> bool:
    """Whether a line is a gateway's word of caution ("[EXTERNAL] Do not click links")."""
    return _BANNER.match(text) is not None


def is_greeting(text: str) -> bool:
    """Whether a line is the words that open a letter and a name, and no more ("Hi Bo!")."""
    words = text.strip(" .!").split()
    for count in (1, 2):
        greeting, name = " ".join(words[:count]), words[count:]
        if greeting.rstrip(",").casefold() not in _GREETINGS:
            continue
        if len(name) > _ADDRESSED or "," in "".join(name):
            continue
        if greeting[-1] != "," or (name and name[0][0].isupper()):
            return True
    return False


@cache
def _below() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternatives(listed('below'))})(?!\w)")


def points_below(text: str) -> bool:
    """Whether a line says that the answers stand further down ("see below")."""
    return _below().search(key(text[:LONGEST])) is not None


def is_closing(text: str) -> bool:
    """Whether a line is the words that close a letter ("Kind regards,")."""
    return len(text) < 40 and text.strip(" ,.!-").casefold() in _CLOSINGS


def is_card(texts: Sequence[str]) -> bool:
    """Whether lines are a name and contacts, and no sentence: a signature, unannounced."""
    if len(texts) > _LONGEST_CARD or any(
        len(text) >= 60 or text[-1] in ".?!:;。？！" for text in texts
    ):
        return False
    return sum(_CONTACT.search(text) is not None for text in texts) > 1
