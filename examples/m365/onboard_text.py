"""The parts of the generated scripts that are the same for every tenant."""

from __future__ import annotations

COMMENT = "Made by mailsig. Undo: the offboarding script."

DKIM_COLUMNS = ("Domain", "Enabled", "Selector1CNAME", "Selector2CNAME")

HEAD = """\
#requires -Version 5.1
# {title}
# Run it in a session opened with Connect-ExchangeOnline; try it with -WhatIf first.
[CmdletBinding(SupportsShouldProcess = $true)]
param(
{switches}
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
"""

ONBOARD_SWITCHES = """\
    [switch]$EnableRule,     # part 8 below: turn the catcher rule on, after the pilot
    [switch]$EnableDkim,     # turn DKIM signing on, once the CNAME records exist
    [switch]$AllowAddresses  # put the service's addresses on the IP allow list"""

OFFBOARD_SWITCHES = """\
    [switch]$Remove,         # 30 minutes after the rule was disabled, queues empty
    [switch]$RemoveInbound   # 24 hours after the last message came back"""

INVENTORY = """\
# Closed groups must be named in the rule: a group is no member of the bypass group.
# Everyone on such a message goes without a signature. Run this script again when
# groups change.
$closedGroups = @(Get-DistributionGroup -ResultSize Unlimited |
    Where-Object RequireSenderAuthenticationEnabled |
    Select-Object -ExpandProperty PrimarySmtpAddress)
$closedGroups += @(Get-DynamicDistributionGroup -ResultSize Unlimited |
    Where-Object RequireSenderAuthenticationEnabled |
    Select-Object -ExpandProperty PrimarySmtpAddress)
$closedGroups += @(Get-UnifiedGroup -ResultSize Unlimited |
    Where-Object RequireSenderAuthenticationEnabled |
    Select-Object -ExpandProperty PrimarySmtpAddress)
if ($closedGroups.Count -gt 150) {
    Write-Warning 'A rule holds about 8,000 characters: route external mail only (scope).'
}
# Rooms, equipment and closed mailboxes: members of the bypass group, so that only they
# are left out, also as Bcc.
$resources = @('RoomMailbox', 'EquipmentMailbox')
$bypass = @(Get-Mailbox -ResultSize Unlimited -RecipientTypeDetails $resources |
    Select-Object -ExpandProperty PrimarySmtpAddress)
$bypass += @(Get-Mailbox -ResultSize Unlimited |
    Where-Object RequireSenderAuthenticationEnabled |
    Select-Object -ExpandProperty PrimarySmtpAddress)"""
