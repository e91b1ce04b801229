"""What kind of message this is: the values of -MessageTypeMatches.

[V] the list and its meanings: New-TransportRule, "Conditions and exceptions". Which
octets make a message one of a kind is what clients were seen to send.
"""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from m365.simulator import fields

_MAX_PARTS = 200  # enough for a test double; a real message of a kind shows it early


def message_types(raw: bytes, sender: str) -> frozenset[str]:
    """Return the message types of a message with this envelope sender."""
    found: set[str] = set()
    header = {fields.name(piece) for piece in fields.split(raw)[0]}
    if _is_automatic_reply(raw, sender):
        found.add("OOF")
    if "x-ms-exchange-inbox-rules-loop" in header:
        found.add("AutoForward")
    if "x-ms-exchange-voicemail" in header:
        found.add("Voicemail")
    if "x-ms-exchange-organization-approval-initiator" in header:
        found.add("ApprovalRequest")
    for part in _parts(raw):
        found |= _types_of(part)
    return frozenset(found)


def _is_automatic_reply(raw: bytes, sender: str) -> bool:
    # [V] an automatic reply has the null sender and Auto-Submitted: auto-generated.
    automatic = [value.lower() for value in fields.values(raw, "Auto-Submitted")]
    report = any(
        "multipart/report" in v.lower() for v in fields.values(raw, "Content-Type")
    )
    return sender == "" and not report and any(v != "no" for v in automatic)


def _parts(raw: bytes) -> list[Message]:
    root = BytesParser(policy=compat32).parsebytes(raw)
    todo: list[Message] = [root]
    seen: list[Message] = []
    while todo and len(seen) < _MAX_PARTS:
        part = todo.pop(0)
        seen.append(part)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            payload = part.get_payload()
            assert isinstance(payload, list)
            todo.extend(each for each in payload if isinstance(each, Message))
    return seen


def _types_of(part: Message) -> set[str]:
    media_type = part.get_content_type()
    smime = str(part.get_param("smime-type", "")).lower()
    if media_type == "text/calendar":
        return {"Calendaring"}
    if media_type == "multipart/signed":
        return {"Signed"}
    if media_type == "multipart/encrypted":
        return {"Encrypted"}
    if media_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return {"Signed" if smime == "signed-data" else "Encrypted"}
    if media_type == "application/x-microsoft-rpmsg-message":
        return {"PermissionControlled"}
    if media_type == "multipart/report":
        kind = str(part.get_param("report-type", "")).lower()
        return {"ReadReceipt"} if kind == "disposition-notification" else set()
    return set()
