"""Transport rules: conditions, exceptions, actions, in order of priority.

[V] New-TransportRule and "Mail flow rules": conditions are all to be met, the values of
one are alternatives, any exception wins; words are whole words in any case; a rule has
one header of each kind. Recipient predicates split the message [I]; those on the To
and Cc fields hold for all its recipients [V].
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import TYPE_CHECKING, Any

from m365.simulator import fields
from m365.simulator.kinds import message_types
from m365.simulator.state import EnvelopeRecipient, Mail, Settings

if TYPE_CHECKING:
    from m365.tenant import Tenant


@dataclass(slots=True)
class Routed:
    """A message, or the part of its recipients that the rules sent one way."""

    mail: Mail
    connector: str = ""  # empty: the usual way
    reject: str = ""


def apply(tenant: Tenant, mail: Mail) -> list[Routed]:
    """Run the tenant's rules; return the message, or the copies it was split into."""
    done: list[Routed] = []
    todo = [(Routed(mail), 0)]
    rules = sorted(tenant.rules, key=lambda rule: int(rule.get("Priority", 0)))
    while todo:
        routed, first = todo.pop()
        for position in range(first, len(rules)):
            rule = rules[position]
            hit = _matching(tenant, rule, routed.mail)
            if not hit:
                continue
            rest = [r for r in routed.mail.recipients if r not in hit]
            if rest:
                other = _copy(routed.mail, rest)
                todo.append((Routed(other, routed.connector, routed.reject), position + 1))
                routed.mail = _copy(routed.mail, hit)
            tenant.note(routed.mail, "rule", f"{rule['Name']}: {_told(rule)}")
            _act(rule, routed)
            if rule.get("StopRuleProcessing"):
                break
        done.append(routed)
    return done


def _copy(mail: Mail, recipients: list[EnvelopeRecipient]) -> Mail:
    other = copy(mail)
    other.recipients = list(recipients)
    other.internal = dict(mail.internal)
    # [V] captured mail: set on messages that transport has split.
    other.internal["X-MS-Exchange-Transport-Forked"] = "True"
    return other


def _matching(tenant: Tenant, rule: Settings, mail: Mail) -> list[EnvelopeRecipient]:
    """Return the recipients for which the rule holds; none where it does not."""
    if not rule.get("Enabled", True) or rule.get("Mode", "Enforce") != "Enforce":
        return []
    if tenant.clock.now < rule.get("_active_from", tenant.clock.now):
        return []
    for name, value in _predicates(rule, exceptions=False):
        if name in _MESSAGE and not _MESSAGE[name](tenant, rule, mail, value, ""):
            return []
    for name, value in _predicates(rule, exceptions=True):
        if name in _MESSAGE and _MESSAGE[name](tenant, rule, mail, value, "ExceptIf"):
            return []
    hit = [r for r in mail.recipients if _recipient_holds(tenant, rule, r)]
    if not tenant.split_by_rule and len(hit) < len(mail.recipients):
        return []
    return hit


def _predicates(rule: Settings, exceptions: bool) -> Iterator[tuple[str, Any]]:
    for key, value in rule.items():
        excepted = key.startswith("ExceptIf")
        name = key.removeprefix("ExceptIf")
        if excepted == exceptions and (name in _MESSAGE or name in _RECIPIENT):
            yield name, value


def _recipient_holds(tenant: Tenant, rule: Settings, recipient: EnvelopeRecipient) -> bool:
    wanted = all(
        _RECIPIENT[name](tenant, recipient, value)
        for name, value in _predicates(rule, exceptions=False)
        if name in _RECIPIENT
    )
    return wanted and not any(
        _RECIPIENT[name](tenant, recipient, value)
        for name, value in _predicates(rule, exceptions=True)
        if name in _RECIPIENT
    )


def header_from(raw: bytes) -> str:
    """Return the address of the From field, lower case; ``""`` if there is none."""
    found = getaddresses(fields.values(raw, "From")[:1])
    return found[0][1].lower() if found else ""


def _senders(rule: Settings, mail: Mail) -> list[str]:
    # [V] SenderAddressLocation: Header by default.
    where = rule.get("SenderAddressLocation", "Header")
    header, envelope = header_from(mail.raw), mail.sender.lower() or "<>"
    return {"Header": [header], "Envelope": [envelope]}.get(where, [header, envelope])


def _from_scope(tenant: Tenant, rule: Settings, mail: Mail, value: Any, _: str) -> bool:
    sender = header_from(mail.raw) or mail.sender.lower()
    ours = tenant.is_ours(sender)
    if tenant.from_scope == "strict":  # [V] text of 2026
        inside = mail.authenticated and ours
    else:  # [V] text of 2021: a recipient object is enough
        inside = tenant.find(sender) is not None or (mail.authenticated and ours)
    return bool(inside == (value == "InOrganization"))


def _from_member_of(tenant: Tenant, rule: Settings, mail: Mail, value: Any, _: str) -> bool:
    members = {m for group in _many(value) for m in tenant.members_of(group)}
    return any(sender in members for sender in _senders(rule, mail))


def _from_patterns(tenant: Tenant, rule: Settings, mail: Mail, value: Any, _: str) -> bool:
    patterns = [re.compile(pattern, re.I) for pattern in _many(value)]
    return any(p.search(sender) for p in patterns for sender in _senders(rule, mail))


def _message_type(tenant: Tenant, rule: Settings, mail: Mail, value: Any, _: str) -> bool:
    return value in message_types(mail.raw, mail.sender)


def _header_words(
    tenant: Tenant, rule: Settings, mail: Mail, value: Any, prefix: str
) -> bool:
    name = rule[f"{prefix}HeaderContainsMessageHeader"]
    text = " \n ".join(_decoded(body) for body in fields.values(mail.raw, name))
    return any(
        re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", text, re.I)
        for word in _many(value)
    )


def _decoded(body: str) -> str:
    # [V] compared after RFC 2047 decoding.
    try:
        return str(make_header(decode_header(body)))
    except (LookupError, ValueError):
        return body


def _header_patterns(
    tenant: Tenant, rule: Settings, mail: Mail, value: Any, prefix: str
) -> bool:
    found = fields.values(mail.raw, rule[f"{prefix}HeaderMatchesMessageHeader"])
    return any(re.search(p, body, re.I) for p in _many(value) for body in found)


def _to_cc(tenant: Tenant, rule: Settings, mail: Mail, value: Any, _: str) -> bool:
    # [V] primary addresses only, and a message sent as Bcc is not seen.
    texts = fields.values(mail.raw, "To") + fields.values(mail.raw, "Cc")
    shown = {address.lower() for _, address in getaddresses(texts)}
    return any(address.lower() in shown for address in _many(value))


def _size_over(tenant: Tenant, rule: Settings, mail: Mail, value: Any, _: str) -> bool:
    scale = {"KB": 1 << 10, "MB": 1 << 20}.get(str(value)[-2:].upper(), 1)
    return len(mail.raw) > int(re.sub(r"\D", "", str(value))) * scale


def _member(tenant: Tenant, recipient: EnvelopeRecipient, value: Any) -> bool:
    return any(recipient.address.lower() in tenant.members_of(g) for g in _many(value))


def _scope(tenant: Tenant, recipient: EnvelopeRecipient, value: Any) -> bool:
    return bool(tenant.is_ours(recipient.address) == (value == "InOrganization"))


def _sent_to(tenant: Tenant, recipient: EnvelopeRecipient, value: Any) -> bool:
    # [V] individual recipients only: a group's address never matches.
    return recipient.address.lower() in {item.lower() for item in _many(value)}


def _many(value: Any) -> list[str]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


_MESSAGE: dict[str, Callable[[Tenant, Settings, Mail, Any, str], bool]] = {
    "FromScope": _from_scope,
    "FromMemberOf": _from_member_of,
    "FromAddressMatchesPatterns": _from_patterns,
    "MessageTypeMatches": _message_type,
    "HeaderContainsWords": _header_words,
    "HeaderMatchesPatterns": _header_patterns,
    "AnyOfToCcHeader": _to_cc,
    "MessageSizeOver": _size_over,
}
_RECIPIENT: dict[str, Callable[[Tenant, EnvelopeRecipient, Any], bool]] = {
    "SentToScope": _scope,
    "SentTo": _sent_to,
    "SentToMemberOf": _member,
}


def _told(rule: Settings) -> str:
    parts = []
    if "SetHeaderName" in rule:
        parts.append(f"sets {rule['SetHeaderName']}")
    if "RemoveHeader" in rule:
        parts.append(f"removes {rule['RemoveHeader']}")
    if "RouteMessageOutboundConnector" in rule:
        parts.append(f"routes to {rule['RouteMessageOutboundConnector']}")
    if "RejectMessageReasonText" in rule:
        parts.append("rejects")
    return ", ".join(parts)


def _act(rule: Settings, routed: Routed) -> None:
    mail = routed.mail
    if "SetHeaderName" in rule:
        name, value = rule["SetHeaderName"], rule["SetHeaderValue"]
        mail.raw = fields.prepend(fields.remove(mail.raw, [name]), [(name, value)])
    if "RemoveHeader" in rule:
        mail.raw = fields.remove(mail.raw, [rule["RemoveHeader"]])
    if "RejectMessageReasonText" in rule:
        status = rule.get("RejectMessageEnhancedStatusCode", "5.7.1")
        routed.reject = f"550 {status} {rule['RejectMessageReasonText']}"
    if "RouteMessageOutboundConnector" in rule:
        routed.connector = rule["RouteMessageOutboundConnector"]
