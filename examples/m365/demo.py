"""The command ``demo``: a tenant and the service on loopback, and a trace to follow.

Everything is real but the tenant, which is simulated (tenant.py): the script that
``onboard`` prints sets it up, the mail goes over TLS through the relay and comes back.
"""

from __future__ import annotations

import smtplib
import ssl
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from relay_values import Delivery, Reply, Transaction

from m365 import demo_mail
from m365.demo_mail import ANN, Sample
from m365.lab import Lab
from m365.policy import RoundTripPolicy
from m365.simulator import fields, stamps
from m365.simulator.state import Event
from m365.tenant import Tenant

_INDENT = " " * 4


@dataclass(slots=True)
class Passage:
    """What the service did with one message."""

    before: bytes
    after: bytes
    outcome: str
    note: dict[str, object]


class WatchedPolicy(RoundTripPolicy):
    """The policy, with what it did written down for the trace."""

    def __init__(self, policy: RoundTripPolicy, tenant: Tenant) -> None:
        super().__init__(policy.tenants, policy.exchange)
        self.tenant = tenant
        self.passages: dict[int, Passage] = {}

    def handle(self, transaction: Transaction, content: bytes) -> Delivery | Reply:
        """Decide as the policy does, and note it."""
        decision = super().handle(transaction, content)
        journey = self.tenant.journey_of(content)
        if isinstance(decision, Reply):
            detail = f"refused: {decision.code} {decision.text}"
        else:
            passage = Passage(
                content, b"".join(decision.chunks), decision.outcome, decision.note
            )
            self.passages[journey] = passage
            detail = told(passage)
        event = Event(self.tenant.clock.now, "service", journey, "rewrite", detail)
        self.tenant.cloud.trace.append(event)
        return decision


def told(passage: Passage) -> str:
    """Say what was done, why, and which fields came and went."""
    rules, reasons = passage.note["rules"], passage.note["reasons"]
    assert isinstance(rules, list)
    assert isinstance(reasons, list)
    why = f"placed by {', '.join(rules)}" if rules else f"not signed: {', '.join(reasons)}"
    gone, new = field_changes(passage.before, passage.after)
    grown = len(passage.after) - len(passage.before)
    return (
        f"{passage.outcome}, {why}\n"
        f"  + {', '.join([*new, 'Received'])}\n"
        f"  - {', '.join(gone) or 'nothing'}\n"
        f"  {grown:+} octets"
    )


def field_changes(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """Return the names of the fields that went and that came."""
    counts = [
        Counter(piece.partition(b":")[0].decode("ascii", "replace") for piece in pieces)
        for pieces in (fields.split(before)[0], fields.split(after)[0])
    ]
    return sorted((counts[0] - counts[1]).elements()), sorted(
        (counts[1] - counts[0]).elements()
    )


def run(out: TextIO) -> int:
    """Run the demo; 0 if every message arrived."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        try:
            return _run(lab, out)
        finally:
            lab.close()


def prepared(lab: Lab) -> tuple[Tenant, WatchedPolicy]:
    """Return a tenant with people, a room and a closed group, and start the service."""
    tenant = lab.add()
    tenant.arc_seals = True
    tenant.mailbox("ann")
    tenant.mailbox("carl", away="I am away until Monday.")
    tenant.mailbox("room1", "RoomMailbox")
    tenant.mailbox("board", "DistributionGroup", closed=True, members=[ANN])
    lab.onboard("contoso")
    watched: list[WatchedPolicy] = []

    def watch(policy: RoundTripPolicy) -> RoundTripPolicy:
        watched.append(WatchedPolicy(policy, tenant))
        return watched[0]

    lab.start(watch)
    return tenant, watched[0]


def _run(lab: Lab, out: TextIO) -> int:
    tenant, policy = prepared(lab)
    print(
        "A simulated tenant (contoso.example), set up by the onboarding script;", file=out
    )
    print("the service is between its two connectors. Clock times are simulated.", file=out)
    rows, failed = [], 0
    for number, sample in enumerate(demo_mail.samples(), 1):
        seen = len(lab.cloud.trace)
        _send(lab, tenant, sample)
        lab.cloud.run()
        print(f"\n{number}. {sample.title}", file=out)
        events = lab.cloud.trace[seen:]
        _print_events(events, out)
        failed += any(event.what in ("refuse", "defer") for event in events)
        rows.append(_row(sample, events, policy, lab))
    _without_exclusions(lab, tenant, out)
    _with_headers_retained(lab, tenant, policy, out)
    _summary(rows, out)
    return 1 if failed or lab.cloud.waiting else 0


def _send(lab: Lab, tenant: Tenant, sample: Sample) -> None:
    if tenant.is_ours(sample.sender):
        tenant.submit(sample.sender, sample.recipients, sample.raw)
        return
    # From the internet: the tenant's MX is the edge.
    context = ssl.create_default_context(cafile=lab.authority.root)
    context.check_hostname = False
    with smtplib.SMTP("127.0.0.1", lab.cloud.edge.port) as client:
        client.starttls(context=context)
        client.sendmail(sample.sender, sample.recipients, sample.raw)


def _print_events(events: list[Event], out: TextIO) -> None:
    for event in events:
        first, *rest = event.detail.split("\n")
        print(f"{_INDENT}{event.tenant:8} {event.what:8} {first}", file=out)
        for line in rest:
            print(f"{_INDENT}{'':17} {line}", file=out)


def _without_exclusions(lab: Lab, tenant: Tenant, out: TextIO) -> None:
    """Show what the generated exceptions are for."""
    for key in ("ExceptIfAnyOfToCcHeader", "ExceptIfSentToMemberOf"):
        tenant.rules[-1].pop(key)
    tenant.expand_before_rules = False
    print("\nTo the closed group, if the rule had no exceptions:", file=out)
    _send_to_board(lab, tenant, "To the board again", out)


def _with_headers_retained(
    lab: Lab, tenant: Tenant, policy: WatchedPolicy, out: TextIO
) -> None:
    """Show the other way to return: CloudServicesMailEnabled on both connectors."""
    for connector in (*tenant.inbound.values(), *tenant.outbound.values()):
        connector["CloudServicesMailEnabled"] = True
    for name, way in policy.tenants.ways.items():
        settings = replace(way.settings, retain_headers=True)
        policy.tenants.ways[name] = replace(way, settings=settings)
    print("\nThe same with retained headers (retain_headers = true):", file=out)
    _send_to_board(lab, tenant, "To the board once more", out)


def _send_to_board(lab: Lab, tenant: Tenant, subject: str, out: TextIO) -> None:
    seen = len(lab.cloud.trace)
    tenant.submit(ANN, [demo_mail.BOARD], demo_mail.plain(subject, demo_mail.BOARD))
    lab.cloud.run()
    _print_events(lab.cloud.trace[seen:], out)


def _row(
    sample: Sample, events: list[Event], policy: WatchedPolicy, lab: Lab
) -> tuple[str, ...]:
    passage = policy.passages.get(events[0].journey)
    if passage is None:
        waits = any(event.what == "defer" for event in events)
        way = "is tried again" if waits else "stays in Exchange"
        return (sample.title, way, "-", "-", "-", "-", "-")
    dns = lab.cloud.dns
    return (
        sample.title,
        "round trip",
        passage.outcome,
        stamps.dkim_result(dns, passage.after).split(" ")[0],
        stamps.arc_result(dns, passage.after),
        f"{len(passage.after) - len(passage.before):+}",
        f"{_body_size(passage.after) - _body_size(passage.before):+}",
    )


def _body_size(raw: bytes) -> int:
    return len(fields.split(raw)[1])


_HEADINGS = ("message", "way", "outcome", "DKIM back", "ARC back", "octets", "body")
_COSTS = """
What the round trip costs, and what is done about it:
  DKIM, ARC   removed only from changed mail (a broken signature is worse than none);
              Exchange signs anew on the way out
  Received    one more field for the service, one for each hop of Exchange
  identity    returned mail is anonymous: closed groups, rooms and closed mailboxes are
              left out by the generated rules
  loops       the tenant's own word in the loop field; a second visit is refused, 5.4.6
  SPF         the service's address belongs into the SPF record and the allow list
  meetings    requests, receipts, automatic replies, sealed mail are never routed"""


def _summary(rows: list[tuple[str, ...]], out: TextIO) -> None:
    table = [_HEADINGS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEADINGS))]
    print(file=out)
    for row in table:
        line = "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))
        print(line.rstrip(), file=out)
    print(_COSTS, file=out)
