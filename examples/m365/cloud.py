"""Exchange Online as its tenants share it: the edge, the queue, the clock, the internet."""

from __future__ import annotations

import datetime
import threading
from collections import deque
from pathlib import Path

from m365.simulator.attribution import Attribution
from m365.simulator.connector import Link
from m365.simulator.edge import Edge
from m365.simulator.state import Clock, Delivery, EnvelopeRecipient, Event, Mail
from m365.tenant import RETRY_MINUTES, Queued, Tenant

_MAX_STEPS = 100_000


class Cloud:
    """All of it: the tenants, the edge that they share, the queue and the clock."""

    host = "edge.mail.protection.outlook.com"

    def __init__(
        self, trusted: list[Path], edge: tuple[Path, Path], client: tuple[Path, Path]
    ) -> None:
        """``edge`` and ``client`` are chain and key of Exchange's two certificates."""
        self.clock = Clock()
        self.region = "here"
        self.tenants: dict[str, Tenant] = {}
        self.dns: dict[str, bytes] = {}
        self.internet: list[Delivery] = []
        self.trace: list[Event] = []
        self.hosts: dict[str, tuple[str, int]] = {}
        self.link = Link(self.hosts, client[0], client[1], trusted[0])
        self.edge = Edge(self, edge[0], edge[1], trusted)
        self.edge.start()
        self._queue: deque[Queued] = deque()
        self._lock = threading.Lock()

    def add(self, name: str, *domains: str) -> Tenant:
        """Add a tenant with these accepted domains, and one on ``onmicrosoft``."""
        tenant = Tenant(self, name, list(domains))
        self.tenants[name] = tenant
        return tenant

    def stop(self) -> None:
        """Close every connection."""
        self.link.close()
        self.edge.stop()

    def owner_of(self, address: str) -> Tenant | None:
        """Return the tenant that has this address's domain."""
        found = (tenant for tenant in self.tenants.values() if tenant.is_ours(address))
        return next(found, None)

    def enqueue(self, item: Queued) -> None:
        """Put a message into the queue."""
        with self._lock:
            self._queue.append(item)

    def arrived(
        self,
        found: Attribution,
        sender: str,
        recipients: list[EnvelopeRecipient],
        raw: bytes,
        address: str,
        parameters: str,
    ) -> int:
        """Take what the edge has accepted: one message for each tenant concerned."""
        number = 0
        for tenant, some in self._by_tenant(found, recipients):
            mail = Mail(sender, some, raw, authenticated=False)
            mail.came_by = found.by or "internet"
            mail.smtputf8 = "SMTPUTF8" in parameters.upper()
            mail.journey = number = tenant.journey_of(raw) or mail.number
            connector = found.connector if tenant is found.tenant else None
            tenant.receive(mail, connector, address)
        return number

    def _by_tenant(
        self, found: Attribution, recipients: list[EnvelopeRecipient]
    ) -> list[tuple[Tenant, list[EnvelopeRecipient]]]:
        if found.tenant is not None:
            return [(found.tenant, recipients)]
        split: dict[str, list[EnvelopeRecipient]] = {}
        for recipient in recipients:
            owner = self.owner_of(recipient.address)
            assert owner is not None  # the edge has refused all others
            split.setdefault(owner.name, []).append(recipient)
        return [(self.tenants[name], some) for name, some in split.items()]

    def run(self, minutes: float = 0) -> None:
        """Work until nothing is due; then let time pass in steps, for ``minutes``."""
        end = self.clock.now + datetime.timedelta(minutes=minutes)
        self._work()
        while self.clock.now < end:
            self.clock.advance(RETRY_MINUTES)
            self._work()

    def _work(self) -> None:
        for _ in range(_MAX_STEPS):
            item = self._next()
            if item is None:
                return
            if item.connector:
                item.tenant.send(item)
            else:
                item.tenant.categorize(item.mail)
        raise RuntimeError("the simulation does not come to rest")

    def _next(self) -> Queued | None:
        with self._lock:
            for position, item in enumerate(self._queue):
                if item.due is None or item.due <= self.clock.now:
                    del self._queue[position]
                    return item
        return None

    @property
    def waiting(self) -> int:
        """How many messages are in the queue."""
        return len(self._queue)
