"""The marks that mail clients leave in HTML around quoted history: data only.

A mark is an attribute of an element. Programs that copy mail prefix ids and classes (`x_`,
`yiv123`, `gmail-m_-9`, `ecx`) or add a number, so a value is looked for inside the
attribute unless it starts with `=` (the whole value).

What a mark means:

* END: history from here to the end of the mail.
* BOX: its content is history; text after the box may be the author's.
* PROOF: as a box, but authors' text carries the mark too (answers typed between quotes,
  templates): only believed when its first line is an attribution, a separator, a header
  block, or stands in a blockquote.
* CITE: a quote whose author is not said here.
* RULE: a line across; the history begins below if even two labels of a header follow.
* EMPTY: an empty element that belongs to the history below it.
* OWN: holds the author's signature; never history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

END: Final = "end"
BOX: Final = "box"
PROOF: Final = "proof"
CITE: Final = "cite"
RULE: Final = "rule"
EMPTY: Final = "empty"
OWN: Final = "own"

HEEDED: Final = (RULE, CITE, PROOF, BOX, END)
"""The kinds that can begin a history, the weakest first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of one client; `rule` is the stable word that a boundary reports."""

    rule: str
    kind: str
    attribute: str
    value: str

    @property
    def rank(self) -> int:
        """Which of the marks that open with one line is heeded: the highest."""
        return HEEDED.index(self.kind)


ACROSS = Mark("rule-and-header", RULE, "", "")
"""What an `hr`, or a `div` with a line along its top, says."""

MARKS: tuple[Mark, ...] = (
    # Outlook on the web, Outlook.com, new Outlook, Outlook for Mac, iOS and Android
    Mark("outlook-reply-header", END, "id", "divRplyFwdMsg"),
    Mark("outlook-append-on-send", EMPTY, "id", "appendonsend"),
    Mark("outlook-mobile", PROOF, "id", "mail-editor-reference-message-container"),
    Mark("outlook-mobile", PROOF, "class", "ms-outlook-mobile-reference-message"),
    Mark("outlook-mac", BOX, "id", "OLK_SRC_BODY_SECTION"),
    Mark("outlook-mac", BOX, "id", "MAC_OUTLOOK_ATTRIBUTION_BLOCKQUOTE"),
    Mark("outlook-header", END, "class", "OutlookMessageHeader"),
    # Hotmail, Windows Live Mail
    Mark("hotmail", END, "id", "stopSpelling"),
    Mark("hotmail", END, "id", "replySplit"),
    Mark("hotmail", EMPTY, "id", "SkyDrivePlaceholder"),
    # Gmail
    Mark("gmail", PROOF, "class", "gmail_quote"),
    Mark("gmail", PROOF, "class", "gmail_extra"),
    Mark("gmail", PROOF, "class", "gmail_attr"),
    # Thunderbird
    Mark("thunderbird", PROOF, "class", "moz-cite-prefix"),
    Mark("thunderbird", BOX, "class", "moz-forward-container"),
    # Yahoo, AOL
    Mark("yahoo", BOX, "class", "yahoo_quoted"),
    Mark("yahoo", BOX, "id", "yahoo_quoted"),
    Mark("aol", BOX, "id", "AOLMsgPart"),
    Mark("aol", BOX, "class", "device_aol_et_org_dt_dd_quote"),
    # GMX, web.de
    Mark("gmx", BOX, "name", "=quote"),
    Mark("gmx", BOX, "id", "aqm-original"),
    # Proton, Tutanota, Skiff, FairEmail, Zoho, Spark, Zimbra, Mailspring, mail.ru, Yandex
    Mark("proton", BOX, "class", "protonmail_quote"),
    Mark("tutanota", BOX, "class", "tutanota_quote"),
    Mark("skiff", BOX, "class", "skiff_quote"),
    Mark("skiff", BOX, "data-skiff-mail", ""),
    Mark("fairemail", BOX, "class", "fairemail_quote"),
    Mark("zoho-rule", EMPTY, "class", "zmail_extra_hr"),
    Mark("zoho", BOX, "class", "zmail_extra"),
    Mark("zoho", BOX, "class", "zmail_quote"),
    Mark("spark", BOX, "name", "=messageReplySection"),
    Mark("zimbra", END, "id", "zwchr"),
    Mark("zimbra", END, "data-marker", "__DIVIDER__"),
    Mark("zimbra", BOX, "data-marker", "__QUOTED_TEXT__"),
    Mark("mail.ru", BOX, "class", "mail-quote-collapse"),
    Mark("mail.ru", BOX, "id", "composeWebView_previouse_content"),
    Mark("yandex", BOX, "class", "yandex_quote"),
    Mark("ios", BOX, "class", "iosymail"),
    # Infomaniak, Front, Missive, HubSpot, Freshdesk, Zendesk, Zoho Desk, Outreach, Notion
    Mark("infomaniak", BOX, "class", "ik_mail_quote"),
    Mark("infomaniak", BOX, "class", "forwardContentMessage"),
    Mark("front", BOX, "class", "front-blockquote"),
    Mark("missive", BOX, "class", "missive_quote"),
    Mark("hubspot", BOX, "class", "hs_reply"),
    Mark("freshdesk", BOX, "class", "freshdesk_quote"),
    Mark("zendesk", BOX, "class", "quotedReply"),
    Mark("zoho-desk", END, "title", "beforequote:::"),
    Mark("outreach", BOX, "class", "outreach-quote"),
    Mark("notion", BOX, "class", "notion-mail-quote"),
    # NetEase, QQ, Sina, Foxmail, Alibaba
    Mark("netease", BOX, "id", "isReplyContent"),
    Mark("netease", BOX, "id", "isForwardContent"),
    Mark("netease", BOX, "id", "reply139content"),
    Mark("netease", BOX, "id", "origbody"),
    Mark("netease", BOX, "class", "ntes-mailmaster-quote"),
    Mark("alimail", BOX, "class", "alimail-quote"),
    Mark("qq", END, "id", "oriMsgHtmlSeperator"),
    # quotes without a name
    Mark("quote", CITE, "type", "=cite"),
    Mark("quote", CITE, "cite", ""),
    # signatures that clients write
    Mark("own", OWN, "class", "gmail_signature"),
    Mark("own", OWN, "id", "=Signature"),
    Mark("own", OWN, "id", "ms-outlook-mobile-signature"),
    Mark("own", OWN, "id", "AppleMailSignature"),
    Mark("own", OWN, "id", "lineBreakAtBeginningOfSignature"),
    Mark("own", OWN, "name", "=messageSignatureSection"),
    Mark("own", OWN, "class", "moz-signature"),
    Mark("own", OWN, "class", "protonmail_signature_block"),
    Mark("own", OWN, "id", "composer_signature"),
    Mark("own", OWN, "data-signature-widget", ""),
    Mark("own", OWN, "id", "__aol_mail_signature__"),
    Mark("own", OWN, "id", "_rc_sig"),
    Mark("own", OWN, "class", "openpaas-signature"),
    Mark("own", OWN, "class", "io-ox-signature"),
    Mark("own", OWN, "data-marker", "__SIG_"),
)
