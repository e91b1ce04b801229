"""The Exchange Online shell of a simulated tenant: the cmdlets that the scripts call.

[V] parameters and limits: New- and Set-InboundConnector, -OutboundConnector,
-TransportRule, -DistributionGroup, -DkimSigningConfig,
Set-HostedConnectionFilterPolicy. A parameter that is not in these tables is refused,
so that a script with a wrong name fails here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from m365.simulator.script import run
from m365.simulator.script_tokens import ScriptError
from m365.simulator.script_values import Scope
from m365.simulator.state import MAILBOXES, Recipient, Settings

if TYPE_CHECKING:
    from m365.tenant import Tenant

_NAME_LIMIT = 64
_PARAMETERS = {
    "InboundConnector": """ConnectorType SenderDomains SenderIPAddresses RequireTls
        RestrictDomainsToCertificate RestrictDomainsToIPAddresses TlsSenderCertificateName
        CloudServicesMailEnabled TreatMessagesAsInternal Comment Enabled""",
    "OutboundConnector": """ConnectorType IsTransportRuleScoped UseMXRecord SmartHosts
        TlsSettings TlsDomain CloudServicesMailEnabled Comment Enabled""",
    "TransportRule": """Priority FromScope FromMemberOf SentToScope SenderAddressLocation
        MessageTypeMatches SetHeaderName SetHeaderValue RemoveHeader
        RouteMessageOutboundConnector RejectMessageReasonText
        RejectMessageEnhancedStatusCode ExceptIfHeaderContainsMessageHeader
        ExceptIfHeaderContainsWords ExceptIfHeaderMatchesMessageHeader
        ExceptIfHeaderMatchesPatterns ExceptIfMessageTypeMatches ExceptIfSentToMemberOf
        ExceptIfSentTo ExceptIfAnyOfToCcHeader ExceptIfFromAddressMatchesPatterns
        ExceptIfMessageSizeOver RuleErrorAction StopRuleProcessing Mode Comments Enabled""",
}
_ONE_VALUE = {"MessageTypeMatches", "ExceptIfMessageTypeMatches", "SetHeaderName"}
# New-TransportRule has -Enabled, Set-TransportRule has not.
_ONLY_NEW = {("TransportRule", "Enabled")}


@dataclass(slots=True)
class Shell:
    """One session of an administrator."""

    tenant: Tenant
    asked: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def run(self, text: str, *switches: str, what_if: bool = False) -> Shell:
        """Run a script; ``asked`` holds the changes it wanted, ``said`` what it printed."""
        scope = Scope(self.command, what_if)
        run(text, scope, frozenset(switches))
        self.asked, self.said = scope.asked, self.said
        return self

    def command(
        self, name: str, given: dict[str, Any], positional: list[Any], piped: list[Any]
    ) -> list[Any]:
        """Run one cmdlet."""
        if name in _PIPE:
            return _PIPE[name](given, positional, piped)
        if name.startswith("Write-"):
            self.said.append(" ".join(str(item) for item in positional))
            return []
        if name in ("Set-StrictMode", "Start-Sleep"):
            return []
        verb, _, noun = name.partition("-")
        handler = _HANDLERS.get(noun)
        if handler is None or (noun in _READ_ONLY and verb != "Get"):
            raise ScriptError(f"no cmdlet {name}")
        given.pop("confirm", None)
        return handler(self.tenant, verb, given)


def _where(given: dict[str, Any], positional: list[Any], piped: list[Any]) -> list[Any]:
    key = str(positional[0]).lower()
    values = [(item, {k.lower(): v for k, v in item.items()}[key]) for item in piped]
    if "eq" in given:
        wanted = str(given["eq"]).lower()
        return [item for item, value in values if str(value).lower() == wanted]
    return [item for item, value in values if value]


def _select(given: dict[str, Any], positional: list[Any], piped: list[Any]) -> list[Any]:
    return [item[given["expandproperty"]] for item in piped]


_PIPE: dict[str, Callable[[dict[str, Any], list[Any], list[Any]], list[Any]]] = {
    "Where-Object": _where,
    "Select-Object": _select,
    "Format-List": lambda given, positional, piped: [],
    "Out-Null": lambda given, positional, piped: [],
}


def _settings(noun: str, verb: str, given: Mapping[str, Any]) -> Settings:
    known = {name.lower(): name for name in _PARAMETERS[noun].split()}
    settings: Settings = {}
    for key, value in given.items():
        name = known.get(key)
        if name is None or (verb == "Set" and (noun, name) in _ONLY_NEW):
            raise ScriptError(f"{verb}-{noun} has no parameter {key}")
        if name in _ONE_VALUE and not isinstance(value, str):
            raise ScriptError(f"{verb}-{noun} takes one value for {name}")
        settings[name] = value
    return settings


def _connector(noun: str) -> Callable[[Tenant, str, dict[str, Any]], list[Any]]:
    def handle(tenant: Tenant, verb: str, given: dict[str, Any]) -> list[Any]:
        store = tenant.inbound if noun == "InboundConnector" else tenant.outbound
        if verb == "Get":
            return [{"Enabled": True, **settings} for settings in store.values()]
        name = _identity(given)
        if verb == "New":
            _check_new(noun, name, store)
            store[name] = {"Name": name, **_settings(noun, verb, given)}
        elif verb == "Set":
            _existing(noun, name, store).update(_settings(noun, verb, given))
        elif verb == "Remove":
            used = [
                r for r in tenant.rules if r.get("RouteMessageOutboundConnector") == name
            ]
            if used:
                raise ScriptError(f"{name} is used by a rule")
            del store[name]
        return []

    return handle


def _rule(tenant: Tenant, verb: str, given: dict[str, Any]) -> list[Any]:
    if verb == "Get":
        return list(tenant.rules)
    name = _identity(given)
    store = {rule["Name"]: rule for rule in tenant.rules}
    if verb == "New":
        _check_new("TransportRule", name, store)
        rule = {"Name": name, "Enabled": True, **_settings("TransportRule", verb, given)}
        _check_rule(tenant, rule)
        _make_room(tenant, rule)
        tenant.rules.append(rule)
        return []
    rule = _existing("TransportRule", name, store)
    if verb == "Set":
        rule.update(_settings("TransportRule", verb, given))
        _check_rule(tenant, rule)
    elif verb in ("Enable", "Disable"):
        rule["Enabled"] = verb == "Enable"
    elif verb == "Remove":
        tenant.rules.remove(rule)
    return []


def _check_rule(tenant: Tenant, rule: Settings) -> None:
    connector = rule.get("RouteMessageOutboundConnector")
    if connector is not None:
        found = tenant.outbound.get(connector)
        if found is None or not found.get("IsTransportRuleScoped"):
            raise ScriptError(f"no connector {connector} that a rule can use")
    for key in ("FromMemberOf", "ExceptIfSentToMemberOf"):
        for group in rule.get(key, []):
            if tenant.find(group) is None:
                raise ScriptError(f"no group {group}")


def _make_room(tenant: Tenant, rule: Settings) -> None:
    # [V] priorities are unique: a rule that takes one pushes the others down.
    for other in tenant.rules:
        if other.get("Priority", 0) >= rule.get("Priority", 0):
            other["Priority"] = other.get("Priority", 0) + 1


def _identity(given: dict[str, Any]) -> str:
    return str(given.pop("name", None) or given.pop("identity"))


def _check_new(noun: str, name: str, store: Mapping[str, Any]) -> None:
    if name in store:
        raise ScriptError(f"{noun} {name} exists")
    if len(name) > _NAME_LIMIT:
        raise ScriptError(f"{noun}: the name has over {_NAME_LIMIT} characters")


def _existing(noun: str, name: str, store: Mapping[str, Settings]) -> Settings:
    if name not in store:
        raise ScriptError(f"no {noun} {name}")
    return store[name]


def _shown(recipient: Recipient) -> Settings:
    return {
        "Name": recipient.name,
        "PrimarySmtpAddress": recipient.address,
        "RequireSenderAuthenticationEnabled": recipient.closed,
    }


def _listed(*kinds: str) -> Callable[[Tenant, str, dict[str, Any]], list[Any]]:
    def handle(tenant: Tenant, verb: str, given: dict[str, Any]) -> list[Any]:
        wanted = set(given.get("recipienttypedetails", kinds))
        return [_shown(r) for r in tenant.recipients.values() if r.kind in wanted]

    return handle


def _group(tenant: Tenant, verb: str, given: dict[str, Any]) -> list[Any]:
    groups = {
        r.name: r for r in tenant.recipients.values() if r.kind == "DistributionGroup"
    }
    if verb == "Get" and "identity" not in given:
        return [_shown(group) for group in groups.values()]
    name = _identity(given)
    if verb == "Get":
        return [_shown(groups[name])] if name in groups else []
    if verb == "New":
        _check_new("DistributionGroup", name, groups)
        address = str(given["primarysmtpaddress"]).lower()
        # [V] a new group takes no mail from outside.
        tenant.recipients[address] = Recipient(
            address, "DistributionGroup", name, closed=True
        )
    elif verb == "Remove":
        used = [r for r in tenant.rules if groups[name].address in str(r)]
        if used:
            raise ScriptError(f"{name} is used by a rule")
        del tenant.recipients[groups[name].address]
    return []


def _members(tenant: Tenant, verb: str, given: dict[str, Any]) -> list[Any]:
    name = _identity(given)
    found = [r for r in tenant.recipients.values() if r.name == name]
    if verb == "Get":
        return [
            {"PrimarySmtpAddress": member} for group in found for member in group.members
        ]
    member = str(given["member"]).lower()
    if member in found[0].members:
        raise ScriptError(f"{member} is a member already")
    found[0].members.append(member)
    return []


def _domains(tenant: Tenant, verb: str, given: dict[str, Any]) -> list[Any]:
    return [{"DomainName": domain} for domain in tenant.accepted_domains]


def _dkim(tenant: Tenant, verb: str, given: dict[str, Any]) -> list[Any]:
    if verb == "Get":
        return list(tenant.dkim_configs.values())
    domain = str(given.get("domainname") or given.get("identity"))
    if verb == "New" and domain in tenant.dkim_configs:
        raise ScriptError(f"DKIM of {domain} exists")
    config = tenant.dkim_configs.setdefault(domain, {"Domain": domain})
    config["Enabled"] = given["enabled"]
    return []


def _filter_policy(tenant: Tenant, verb: str, given: dict[str, Any]) -> list[Any]:
    change = given["ipallowlist"]
    if not isinstance(change, Mapping):
        raise ScriptError("a plain list would overwrite the customer's")
    for address in change.get("Add", []):
        if address not in tenant.allow_list:
            tenant.allow_list.append(address)
    for address in change.get("Remove", []):
        if address in tenant.allow_list:
            tenant.allow_list.remove(address)
    return []


_READ_ONLY = ("DynamicDistributionGroup", "UnifiedGroup", "Mailbox", "AcceptedDomain")
_HANDLERS: dict[str, Callable[[Tenant, str, dict[str, Any]], list[Any]]] = {
    "InboundConnector": _connector("InboundConnector"),
    "OutboundConnector": _connector("OutboundConnector"),
    "TransportRule": _rule,
    "DistributionGroup": _group,
    "DistributionGroupMember": _members,
    "DynamicDistributionGroup": _listed("DynamicDistributionGroup"),
    "UnifiedGroup": _listed("UnifiedGroup"),
    "Mailbox": _listed(*MAILBOXES),
    "AcceptedDomain": _domains,
    "DkimSigningConfig": _dkim,
    "HostedConnectionFilterPolicy": _filter_policy,
}
