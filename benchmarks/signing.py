"""The signature that every system of the benchmark places."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailsig import Signature

TOKEN = "Example Instruments Limited"
"""Words that stand in both versions and in none of the messages."""

FOOTER_TEXT = f"""Jo Doe
Head of Sales
{TOKEN}, 12 Mill Lane, Cambridge CB1 2AB, United Kingdom
Phone +44 1223 555 012, Mobile +44 7700 900 123
https://www.example.com/people/jo-doe
This message is meant for the person it is addressed to. If you got it by mistake,
please tell us and delete it.
"""
FOOTER_HTML = f"""<div style="font-family:Calibri,sans-serif;font-size:11pt;color:#333333">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td style="padding-right:12px;border-right:2px solid #0a66c2"><b>Jo Doe</b><br>Head of Sales
</td>
<td style="padding-left:12px"><b>{TOKEN}</b><br>12 Mill Lane, Cambridge CB1 2AB<br>
Phone <a href="tel:+441223555012">+44 1223 555 012</a><br>
<a href="https://www.example.com/people/jo-doe">www.example.com</a></td>
</tr></table>
<p style="font-size:8pt;color:#888888">This message is meant for the person
it is addressed to. If you got it by mistake, please tell us and delete it.</p>
</div>
"""


@cache
def signature() -> Signature:
    """Return the signature, built once as a relay does."""
    from mailsig import Signature

    return Signature(html=FOOTER_HTML, text=FOOTER_TEXT.rstrip("\n"))
