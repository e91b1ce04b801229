"""Deterministic sentences in three languages, to fill messages with.

Real mail isn't one repeated line: a compressor, a tokenizer and a decoder all see
different things in it. The words are plain office talk; a seed decides their order.
"""

from __future__ import annotations

import random

OPENINGS = (
    "Thanks for the quick answer",
    "As discussed on the phone",
    "Please find our offer below",
    "I have looked at the figures again",
    "The delivery has left the warehouse",
    "We would like to move the meeting",
    "Let me know whether that works for you",
    "The new contract is with our lawyers",
    "Sorry for the late reply",
    "Could you send me the latest version",
)
MIDDLES = (
    "and the colleagues in the office have already checked it twice",
    "which should arrive before the end of next week",
    "so that the invoice can go out together with the goods",
    "because the supplier in Lyon needs our answer by Thursday",
    "although the price list of last year is still in force",
    "and nobody has raised an objection so far",
    "as long as the numbers in the second table are right",
    "since the train from Basel is late again",
)
ENDINGS = (
    "Kind regards go to everybody.",
    "Please confirm the date.",
    "We can talk about it on Monday.",
    "That would be a great help.",
    "The rest is in the attached file.",
    "I will be back in the office on Tuesday.",
)
GERMAN = (
    "Vielen Dank für Ihre schnelle Rückmeldung, wir prüfen das Angebot bis Donnerstag.",
    "Die Lieferung verlässt am Montag unser Lager in Köln; Größe und Gewicht stimmen.",
    "Über den neuen Vertrag müssten wir noch einmal in Ruhe sprechen.",
    "Schöne Grüße aus Zürich – bis nächste Woche!",
)
JAPANESE = (
    "お世話になっております。山田です。",
    "先日お送りいただいた見積書を確認いたしました。",
    "納期については来週の月曜日までにご連絡いたします。",
    "何卒よろしくお願い申し上げます。",
)


def sentence(rng: random.Random) -> str:
    """Return one English sentence or two."""
    return (
        f"{rng.choice(OPENINGS)}, {rng.choice(MIDDLES)} "
        f"({rng.randrange(100, 9999)}). {rng.choice(ENDINGS)}"
    )


def paragraph(rng: random.Random, sentences: int = 3) -> str:
    """Return some English sentences on one line."""
    return " ".join(sentence(rng) for _ in range(sentences))


def paragraphs(rng: random.Random, octets: int) -> list[str]:
    """Return English paragraphs of together at least ``octets`` characters."""
    found: list[str] = []
    size = 0
    while size < octets:
        found.append(paragraph(rng, rng.randrange(1, 5)))
        size += len(found[-1])
    return found


def lines(rng: random.Random, phrases: tuple[str, ...], octets: int) -> list[str]:
    """Return lines out of ``phrases`` of together about ``octets`` UTF-8 octets."""
    found: list[str] = []
    size = 0
    while size < octets:
        found.append(rng.choice(phrases))
        size += len(found[-1].encode()) + 2
    return found
