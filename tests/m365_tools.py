"""For the tests of the Microsoft 365 round trip: a lab, and a policy that records."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
if str(EXAMPLES) not in sys.path:
    sys.path.insert(0, str(EXAMPLES))

from m365 import (  # noqa: E402
    check,
    demo_mail,
    look_up,
    onboard,
    powershell,
    proof,
    service,
    tenant_file,
)
from m365.lab import SERVICE, Lab, Process  # noqa: E402
from m365.policy import (  # noqa: E402
    RoundTripPolicy,
    Tenants,
    signature_for,
    way_for,
)
from m365.simulator import fields, replies, rules, stamps  # noqa: E402
from m365.simulator.kinds import message_types  # noqa: E402
from m365.simulator.script_tokens import ScriptError, tokenize  # noqa: E402
from m365.simulator.shell import Shell  # noqa: E402
from m365.simulator.state import (  # noqa: E402
    Delivery,
    EnvelopeRecipient,
    Failure,
    Mail,
    Recipient,
)
from m365.simulator.wire import Wire  # noqa: E402
from m365.tenant import Tenant  # noqa: E402
from m365.tenant_file import TenantSettings  # noqa: E402
from relay_values import Delivery as Decision  # noqa: E402
from relay_values import Reply, Transaction  # noqa: E402

ANN, BOB = demo_mail.ANN, demo_mail.BOB
FRIEND = "friend@example.org"


@dataclass
class Passage:
    """One message at the service: as it came, and as it was to leave."""

    content: bytes
    sender: bytes
    recipients: list[bytes]
    decision: Decision | Reply

    @property
    def out(self) -> bytes:
        """What the policy made of it, without the relay's Received field."""
        assert isinstance(self.decision, Decision)
        return b"".join(self.decision.chunks)

    @property
    def signed(self) -> bool:
        """Whether a signature was placed."""
        assert isinstance(self.decision, Decision)
        return self.decision.outcome in ("injected", "replaced")


@dataclass
class Recorder:
    """Wraps the policy, and keeps every passage."""

    passages: list[Passage] = field(default_factory=list)

    def __call__(self, policy: RoundTripPolicy) -> RoundTripPolicy:
        """Return the policy that records here."""
        recorder = self

        class Recording(RoundTripPolicy):
            def handle(self, transaction: Transaction, content: bytes) -> Decision | Reply:
                decision = super().handle(transaction, content)
                recorder.passages.append(
                    Passage(
                        content,
                        transaction.sender,
                        list(transaction.recipients),
                        decision,
                    )
                )
                return decision

        return Recording(policy.tenants, policy.exchange)


@dataclass
class Trip:
    """A lab with one onboarded tenant, the service running."""

    lab: Lab
    recorder: Recorder

    @property
    def tenant(self) -> Tenant:
        """The tenant contoso."""
        return self.lab.cloud.tenants["contoso"]

    @property
    def passages(self) -> list[Passage]:
        """What went through the service."""
        return self.recorder.passages

    def send(
        self, raw: bytes, *recipients: str, sender: str = ANN, minutes: float = 0
    ) -> None:
        """Submit a message and let the simulation run until nothing is due."""
        tenant = self.lab.cloud.owner_of(sender) or self.tenant
        tenant.submit(sender, list(recipients or (BOB,)), raw)
        self.lab.cloud.run(minutes)

    def inbox(self, address: str) -> list[Delivery]:
        """What arrived at an address, in the tenants or on the internet."""
        for tenant in self.lab.cloud.tenants.values():
            found = tenant.find(address)
            if found is not None:
                return found.inbox
        return [d for d in self.lab.cloud.internet if d.recipient == address]

    def reports(self, sender: str = ANN) -> list[str]:
        """The non-delivery reports that a sender got."""
        return [
            delivery.raw.decode()
            for delivery in self.inbox(sender)
            if b"report-type=delivery-status" in delivery.raw
        ]

    def events(self, what: str) -> list[str]:
        """The details of the trace's events of a kind."""
        return [event.detail for event in self.lab.cloud.trace if event.what == what]


def people(tenant: Tenant) -> dict[str, Recipient]:
    """Fill a tenant's directory: people, a room, groups, open and closed."""
    return {
        "ann": tenant.mailbox("ann", proxies=(f"ann.example@{tenant.domains[0]}",)),
        "carl": tenant.mailbox("carl", away="I am away until Monday."),
        "dora": tenant.mailbox("dora"),
        "boss": tenant.mailbox("boss", closed=True),
        "room": tenant.mailbox("room1", "RoomMailbox"),
        "beamer": tenant.mailbox("beamer", "EquipmentMailbox"),
        "team": tenant.mailbox(
            "team",
            "DistributionGroup",
            members=[f"{n}@{tenant.domains[0]}" for n in ("carl", "dora")],
        ),
        "board": tenant.mailbox(
            "board",
            "DistributionGroup",
            closed=True,
            members=[f"dora@{tenant.domains[0]}"],
        ),
        "club": tenant.mailbox("club", "UnifiedGroup", closed=True),
    }


@contextmanager
def trip(
    folder: Path, before: Callable[[Lab], None] = lambda lab: None, **settings: Any
) -> Iterator[Trip]:
    """Yield a lab with the tenant contoso, set up by its onboarding script."""
    lab = Lab(folder)
    try:
        people(lab.add("contoso", **settings))
        before(lab)
        for name in lab.settings:
            lab.onboard(name)
        recorder = Recorder()
        lab.start(recorder)
        yield Trip(lab, recorder)
        assert lab.cloud.edge.violations == []
    finally:
        lab.close()


def loop_fields(raw: bytes, lab: Lab, name: str = "contoso") -> int:
    """Count the tenant's loop fields with its own word."""
    header, word = lab.settings[name].loop
    return sum(value == word for value in fields.values(raw, header))


def without_received(raw: bytes) -> bytes:
    """Return a message less the service's one Received field, which must be on top."""
    found = re.match(rb"Received: from [^\n]*\n(?:[ \t][^\n]*\n)+", raw)
    assert found is not None, raw[:80]
    assert b"by " + SERVICE.encode() in found.group()
    return raw[found.end() :]


__all__ = [
    "ANN", "BOB", "EXAMPLES", "FRIEND", "SERVICE", "EnvelopeRecipient", "Failure", "Lab",
    "Mail", "Passage", "Process", "Recorder", "ScriptError", "Shell", "TenantSettings",
    "Tenants", "Trip", "Wire", "check", "demo_mail", "fields", "look_up", "loop_fields",
    "message_types", "onboard", "people", "powershell", "proof", "replies", "rules",
    "service", "signature_for", "stamps", "tenant_file", "tokenize", "trip", "way_for",
    "without_received",
]  # fmt: skip
