"""The PowerShell that connects a tenant to the service, and the one that undoes it.

The order is the one in which Exchange accepts the objects: groups, connectors, the
rules that stamp what must not be routed, and last the catcher rule, disabled. Each
step looks first and then creates or updates, so a second run changes nothing; every
change asks ``ShouldProcess``, so ``-WhatIf`` only tells. Values of the tenant file
stand in single-quoted literals and nowhere else (``powershell.py``).

Parameter names are those of the New- and Set- cmdlets of Exchange Online.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from m365.onboard_text import (
    COMMENT,
    DKIM_COLUMNS,
    HEAD,
    INVENTORY,
    OFFBOARD_SWITCHES,
    ONBOARD_SWITCHES,
)
from m365.powershell import Value, Variable, hashtable, literal, quote
from m365.tenant_file import TenantSettings


def onboard(tenant: TenantSettings) -> str:
    """Return the onboarding script; the same text for the same tenant file."""
    title = "Connects this tenant to the signature service."
    return _script(
        HEAD.format(title=title, switches=ONBOARD_SWITCHES),
        ("0. What must be there already.", _preflight(tenant)),
        (
            "1. Groups: who gets a signature, and which recipients never do.",
            _groups(tenant),
        ),
        ("2. The way back: an inbound connector, known by certificate.", _inbound(tenant)),
        (
            "3. The way out: an outbound connector that only a rule can use.",
            _outbound(tenant),
        ),
        ("4. Rules that stamp what must not be routed: one type a rule.", _stamps(tenant)),
        ("5. The catcher rule, created disabled.", _catcher(tenant)),
        ("6. DKIM, SPF, IP allow list.", _authentication(tenant)),
        ("7. Pilot: add members to the senders group, then follow README.md.", []),
        (
            "8. Turn it on. A rule takes up to 30 minutes to reach all servers.",
            _enable(tenant),
        ),
    )


def offboard(tenant: TenantSettings) -> str:
    """Return the script that undoes ``onboard``: disable, wait, remove."""
    names = tenant.names
    rules = [names.catcher_rule, *(_stamp_name(tenant, kind) for kind in tenant.skip_types)]
    remove = [line for rule in rules for line in _remove("TransportRule", rule)]
    remove += _remove("OutboundConnector", names.outbound_connector)
    for group in (names.bypass_group, names.senders_group):
        remove += _remove("DistributionGroup", group)
    inbound = _remove("InboundConnector", names.inbound_connector)
    if tenant.service_addresses:
        inbound += _allow_list("Remove", tenant)
    inbound.append("Write-Host 'Remove the accepted domain and the SPF include by hand.'")
    return _script(
        HEAD.format(
            title="Disconnects this tenant from the signature service.",
            switches=OFFBOARD_SWITCHES,
        ),
        ("1. Mail goes out unsigned from here on.", _switch_rule(tenant, "Disable")),
        ("2. Rules first, then what they use.", _block("if ($Remove)", remove)),
        ("3. The way back goes last.", _block("if ($RemoveInbound)", inbound)),
    )


def _script(head: str, *sections: tuple[str, Iterable[str]]) -> str:
    parts = [head]
    for title, lines in sections:
        parts.append("\n".join([f"# {title}", *lines]) + "\n")
    return "\n".join(parts)


def _block(opening: str, lines: Iterable[str]) -> list[str]:
    return [f"{opening} {{", *(f"    {line}" for line in lines), "}"]


def _exists(kind: str, name: str) -> str:
    if kind == "DistributionGroup":  # a large tenant has many: ask for the one
        return f"Get-{kind} -Identity {quote(name)} -ErrorAction SilentlyContinue"
    return f"Get-{kind} | Where-Object Name -EQ {quote(name)}"


def _asked(name: str, action: str, command: str) -> list[str]:
    return _block(
        f"if ($PSCmdlet.ShouldProcess({quote(name)}, {quote(action)}))", [command]
    )


def _ensure(
    kind: str, name: str, settings: Mapping[str, Value], only_new: str = ""
) -> list[str]:
    """Return lines that create the object, or bring the one that is there up to date."""
    new = f"New-{kind} -Name {quote(name)} @settings{only_new} | Out-Null"
    update = f"Set-{kind} -Identity {quote(name)} @settings"
    return [
        *hashtable("settings", settings),
        *_block(f"if ({_exists(kind, name)})", _asked(name, f"Set-{kind}", update)),
        *_block("else", _asked(name, f"New-{kind}", new)),
    ]


def _remove(kind: str, name: str) -> list[str]:
    command = f"Remove-{kind} -Identity {quote(name)} -Confirm:$false"
    return _block(f"if ({_exists(kind, name)})", _asked(name, f"Remove-{kind}", command))


def _preflight(tenant: TenantSettings) -> list[str]:
    domain = quote(tenant.certificate_domain)
    return [
        *_block(
            f"if (-not (Get-AcceptedDomain | Where-Object DomainName -EQ {domain}))",
            [
                "throw 'The domain of the service certificate is no accepted domain of "
                "this tenant yet: add and verify it first.'"
            ],
        ),
        *_block(
            "foreach ($other in @(Get-OutboundConnector))",
            ["Write-Host 'Outbound connector that is there already:' $other.Name"],
        ),
    ]


def _group_address(tenant: TenantSettings, group: str) -> str:
    local = "".join(
        c if c.isascii() and (c.isalnum() or c in "-._") else "-" for c in group
    )
    return f"{local}@{tenant.domains[0]}"


def _groups(tenant: TenantSettings) -> list[str]:
    lines: list[str] = []
    for group in (tenant.names.senders_group, tenant.names.bypass_group):
        address = quote(_group_address(tenant, group))
        command = (
            f"New-DistributionGroup -Name {quote(group)} -Type Security "
            f"-PrimarySmtpAddress {address} | Out-Null"
        )
        lines += _block(
            f"if (-not ({_exists('DistributionGroup', group)}))",
            _asked(group, "New-DistributionGroup", command),
        )
    bypass = quote(tenant.names.bypass_group)
    add = f"Add-DistributionGroupMember -Identity {bypass} -Member $address"
    return [
        *lines,
        *INVENTORY.splitlines(),
        f"$members = @(Get-DistributionGroupMember -Identity {bypass} "
        "-ResultSize Unlimited -ErrorAction SilentlyContinue |",
        "    Select-Object -ExpandProperty PrimarySmtpAddress)",
        *_block(
            "foreach ($address in $bypass)",
            _block(
                "if ($members -notcontains $address)",
                _block(
                    "if ($PSCmdlet.ShouldProcess($address, 'Add-DistributionGroupMember'))",
                    [add],
                ),
            ),
        ),
    ]


def _inbound(tenant: TenantSettings) -> list[str]:
    name = tenant.names.inbound_connector
    settings: dict[str, Value] = {
        "ConnectorType": "OnPremises",
        "SenderDomains": ["*"],
        "RequireTls": True,
        "RestrictDomainsToCertificate": True,
        "TlsSenderCertificateName": tenant.certificate_domain,
        "CloudServicesMailEnabled": tenant.retain_headers,
        "Comment": COMMENT,
    }
    return [
        *_ensure("InboundConnector", name, settings),
        f"$inbound = {_exists('InboundConnector', name)}",
        *_block(
            "if ($inbound -and -not $inbound.Enabled)",
            ["Write-Warning 'Exchange has created it disabled: ask its support.'"],
        ),
    ]


def _outbound(tenant: TenantSettings) -> list[str]:
    name = tenant.names.outbound_connector
    settings: dict[str, Value] = {
        "ConnectorType": "OnPremises",
        "IsTransportRuleScoped": True,
        "UseMXRecord": False,
        "SmartHosts": [tenant.service_host],
        "TlsSettings": "DomainValidation",
        "TlsDomain": tenant.service_host,
        "CloudServicesMailEnabled": tenant.retain_headers,
        "Comment": COMMENT,
    }
    there = _exists("OutboundConnector", name)
    return [
        *_ensure("OutboundConnector", name, settings),
        "# A rule can't name a connector that has not reached the directory yet.",
        *_block(
            "foreach ($try in 1..30)",
            [
                *_block(f"if ($WhatIfPreference -or ({there}))", ["break"]),
                "Start-Sleep -Seconds 2",
            ],
        ),
    ]


def _stamp_name(tenant: TenantSettings, kind: str) -> str:
    return f"{tenant.names.stamp_rule}-{kind}"


def _stamps(tenant: TenantSettings) -> list[str]:
    # No -FromScope: automatic replies have no envelope sender to judge by.
    header, word = tenant.loop
    lines: list[str] = []
    for priority, kind in enumerate(tenant.skip_types):
        settings: dict[str, Value] = {
            "Priority": priority,
            "MessageTypeMatches": kind,
            "SetHeaderName": header,
            "SetHeaderValue": word,
            "Mode": "Enforce",
            "Comments": COMMENT,
        }
        lines += _ensure("TransportRule", _stamp_name(tenant, kind), settings)
    return lines


def _catcher(tenant: TenantSettings) -> list[str]:
    names = tenant.names
    header, word = tenant.loop
    settings: dict[str, Value] = {
        "Priority": len(tenant.skip_types),
        "FromScope": "InOrganization",
        "FromMemberOf": [_group_address(tenant, names.senders_group)],
        "SenderAddressLocation": "HeaderOrEnvelope",
        "RouteMessageOutboundConnector": names.outbound_connector,
        "ExceptIfHeaderContainsMessageHeader": header,
        "ExceptIfHeaderContainsWords": [word],
        "ExceptIfHeaderMatchesMessageHeader": (
            "X-MS-Exchange-UnifiedGroup-SubmittedViaGroupAddress"
        ),
        "ExceptIfHeaderMatchesPatterns": [".+"],
        "ExceptIfSentToMemberOf": [_group_address(tenant, names.bypass_group)],
        "ExceptIfFromAddressMatchesPatterns": ["<>"],
        "ExceptIfMessageSizeOver": tenant.max_size,
        "RuleErrorAction": "Ignore",
        "StopRuleProcessing": True,
        "Mode": "Enforce",
        "Comments": COMMENT,
    }
    if tenant.proof == "header":
        settings["SetHeaderName"] = tenant.secret_header
        settings["SetHeaderValue"] = tenant.secret
    if tenant.scope == "external":
        settings["SentToScope"] = "NotInOrganization"
    lines = _ensure("TransportRule", names.catcher_rule, settings, " -Enabled $false")
    end = len(hashtable("settings", settings))
    groups = _block(
        "if ($closedGroups.Count -gt 0)",
        [f"$settings['ExceptIfAnyOfToCcHeader'] = {literal(Variable('closedGroups'))}"],
    )
    return [*lines[:end], *groups, *lines[end:]]


def _authentication(tenant: TenantSettings) -> list[str]:
    lines: list[str] = []
    for domain in tenant.domains:
        there = f"Get-DkimSigningConfig | Where-Object Domain -EQ {quote(domain)}"
        new = (
            f"New-DkimSigningConfig -DomainName {quote(domain)} -KeySize 2048 "
            "-Enabled $false | Out-Null"
        )
        enable = f"Set-DkimSigningConfig -Identity {quote(domain)} -Enabled $true"
        lines += _block(
            f"if (-not ({there}))",
            _asked(domain, "New-DkimSigningConfig", new),
        )
        lines.append(f"{there} |")
        lines.append(f"    Format-List -Property {literal(DKIM_COLUMNS)}")
        lines += _block("if ($EnableDkim)", _asked(domain, "Set-DkimSigningConfig", enable))
    if tenant.spf_include:
        lines.append(f"Write-Host 'SPF: add this to the TXT record:' {quote(_spf(tenant))}")
    if tenant.service_addresses:
        lines += _block("if ($AllowAddresses)", _allow_list("Add", tenant))
    return lines


def _spf(tenant: TenantSettings) -> str:
    return f"include:{tenant.spf_include}"


def _allow_list(verb: str, tenant: TenantSettings) -> list[str]:
    # Add and Remove keep what is there; a plain list would overwrite the customer's.
    addresses = literal(tenant.service_addresses)
    command = (
        "Set-HostedConnectionFilterPolicy -Identity Default "
        f"-IPAllowList @{{ {verb} = {addresses} }}"
    )
    return _asked("Default", "Set-HostedConnectionFilterPolicy", command)


def _switch_rule(tenant: TenantSettings, verb: str) -> list[str]:
    name = tenant.names.catcher_rule
    confirm = " -Confirm:$false" if verb == "Disable" else ""
    command = f"{verb}-TransportRule -Identity {quote(name)}{confirm}"
    return _block(
        f"if ({_exists('TransportRule', name)})",
        _asked(name, f"{verb}-TransportRule", command),
    )


def _enable(tenant: TenantSettings) -> list[str]:
    return _block("if ($EnableRule)", _switch_rule(tenant, "Enable"))
