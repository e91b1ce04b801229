"""Dates and times as mail programs write them, whatever the language."""

from __future__ import annotations

import re

from mailsig.reply.vocabulary import MONTHS

TIME = re.compile(
    r"(?<!\d)\d{1,2}\s?[:h時时点]\s?\d{2}(?!\d)|(?<![\d.])\d{1,2}\.\d{2}(?![\d.])"
)
DATE = re.compile(
    r"(?<!\d)(?:[12]\d{3}|[\u0660-\u0669\u06f0-\u06f9]{4})(?!\d)"
    r"|(?<!\d)\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}(?!\d)"
    r"|\d\s?[年月월日일]"
    rf"|(?<!\w)(?:{MONTHS})\w{{0,7}}\.?\s\d|\d\.?\s(?:{MONTHS})(?!\w)"
    r"|\d\.?\s(?:de\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,7}"
)
