"""Everything on one machine: the simulated tenants, the service, certificates, DNS.

For the demo and the tests. Each tenant gets its file, its certificate, its secret and
its DKIM key, and is set up by running the very script that ``onboard`` prints. The service
runs in a thread, or as a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from relay_monitor import Monitor
from relay_server import Relay, RelayConfig

from m365 import onboard, service, tenant_file
from m365.certificates import Authority, Files
from m365.cloud import Cloud
from m365.policy import EXCHANGE, RoundTripPolicy, Tenants, way_for
from m365.simulator.shell import Shell
from m365.simulator.state import Clock
from m365.tenant import Tenant
from m365.tenant_file import TenantSettings

SERVICE = "relay.sign.example"
ROUND_TRIP = Path(__file__).resolve().parent.parent / "m365_round_trip.py"
DEMO_SIGNATURE = Path(__file__).resolve().parent.parent / "demo"


class Lab:
    """A cloud, its tenants, and the service between their connectors."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        now = Clock().now
        self.authority = Authority(folder / "pki", "Demo authority", now)
        self.rogue = Authority(folder / "rogue", "Nobody's authority", now)
        trusted = [
            file
            for pki in (self.authority, self.rogue)
            for file in (pki.root, pki.intermediate)
        ]  # the first one is trusted, the others only reach Exchange's refusal
        edge = self.authority.issue("edge", ["*.mail.protection.outlook.com", EXCHANGE])
        client = self.authority.issue("exchange", [EXCHANGE])
        self.relay_files = self.authority.issue("relay", [SERVICE])
        self.cloud = Cloud(trusted, (edge.chain, edge.key), (client.chain, client.key))
        self.exchange = client
        self.settings: dict[str, TenantSettings] = {}
        self.files: dict[str, Path] = {}
        self.service: Service | Process | None = None
        self.log = io.StringIO()  # what the service has logged, in a thread

    def add(self, name: str = "contoso", **more: Any) -> Tenant:
        """Add a tenant with its file, certificate, secret and DKIM key."""
        domain, certificate_domain = f"{name}.example", f"{name}.sign.example"
        tenant = self.cloud.add(name, domain, certificate_domain)
        tenant.spf_addresses.add("127.0.0.1")
        tenant.dkim_key = self._dkim_key(tenant)
        files = self.authority.issue(name, [certificate_domain])
        tenant_file.write_secret(self.folder / f"{name}.secret")
        table: dict[str, Any] = {
            "name": name,
            "tenant_id": tenant.id,
            "domains": [domain],
            "initial_domain": tenant.initial_domain,
            "smart_host": f"{name}.mail.protection.outlook.com",
            "smart_port": self.cloud.edge.port,
            "connect_to": "127.0.0.1",
            "service_host": SERVICE,
            "service_addresses": ["192.0.2.10"],
            "spf_include": "spf.sign.example",
            "certificate_domain": certificate_domain,
            "certificate": str(files.chain),
            "private_key": str(files.key),
            "secret_file": f"{name}.secret",
            "signature_html": str(DEMO_SIGNATURE / "signature.html"),
            "signature_text": str(DEMO_SIGNATURE / "signature.txt"),
            **more,
        }
        file = self.folder / f"{name}.toml"
        file.write_text(tenant_file.dumps(table), encoding="utf-8")
        self.files[name] = file
        self.settings[name] = tenant_file.load(file)
        return tenant

    def _dkim_key(self, tenant: Tenant) -> bytes:
        key = rsa.generate_private_key(65537, 1024)
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        for domain in tenant.accepted_domains:
            name = f"selector1._domainkey.{domain}"
            self.cloud.dns[name] = b"v=DKIM1; k=rsa; p=" + b64encode(public)
        return key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )

    def onboard(self, name: str = "contoso", *senders: str) -> Shell:
        """Run the generated script in the tenant, with its rule enabled."""
        tenant = self.cloud.tenants[name]
        shell = Shell(tenant).run(onboard.onboard(self.settings[name]), "EnableRule")
        group = tenant.find(f"mailsig-senders@{name}.example")
        assert group is not None
        group.members += senders or [
            address for address, found in tenant.recipients.items() if not found.is_group
        ]
        return shell

    def dns_lookup(self, kind: str, name: str) -> list[str]:
        """Answer for the simulated DNS, which has TXT records."""
        found = self.cloud.dns.get(name) if kind == "TXT" else None
        return [found.decode()] if found else []

    def start(
        self, watch: Callable[[RoundTripPolicy], RoundTripPolicy] | None = None
    ) -> RoundTripPolicy:
        """Start the service in a thread; ``watch`` may wrap its policy."""
        ways = [
            way_for(settings, self.authority.root) for settings in self.settings.values()
        ]
        policy = RoundTripPolicy(Tenants(ways, self.dns_lookup))
        if watch is not None:
            policy = watch(policy)
        config = RelayConfig(
            port=0,
            hostname=SERVICE,
            tls_context=service.server_context(
                self.relay_files.chain, self.relay_files.key, self.authority.root
            ),
        )
        self.service = Service(Relay(config, policy, Monitor(self.log)))
        self.cloud.hosts[SERVICE] = ("127.0.0.1", self.service.port)
        return policy

    def start_process(self) -> Process:
        """Start the service as its users do: a process, by command line."""
        arguments = service.command_line(
            listen="127.0.0.1:0",
            files=self.relay_files,
            root=self.authority.root,
            tenants=list(self.files.values()),
        )
        self.service = Process([sys.executable, str(ROUND_TRIP), *arguments])
        self.cloud.hosts[SERVICE] = ("127.0.0.1", self.service.port)
        return self.service

    def close(self) -> None:
        """Stop everything that was started."""
        self.cloud.stop()
        if self.service is not None:
            self.service.stop()


class Service:
    """A relay in a thread with a loop of its own."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(relay.start())
        self.port = relay.port

    def _do(self, work: Any) -> None:
        future: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.result(60)

    def stop(self) -> None:
        """Drain the relay and end the thread."""
        self._do(self.relay.drain())
        self._do(_cancel_the_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def _cancel_the_rest() -> None:
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for _ in range(3):  # transports close in the turns that follow
        await asyncio.sleep(0.01)


class Process:
    """The service as a process; its first log line tells the port."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self.log: list[dict[str, Any]] = []
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert self._process.stderr is not None
        self.port = service.port_of(self._process.stderr)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with contextlib.suppress(ValueError):
                self.log.append(service.parsed(line))

    def kill(self) -> None:
        """Kill it without warning (SIGKILL)."""
        self._process.kill()
        self._process.wait(30)
        self._close_log()

    def _close_log(self) -> None:
        self._reader.join(10)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def restart(self) -> None:
        """Start it again; the port may be another one."""
        self._start()

    def stop(self) -> None:
        """Ask it to end (SIGTERM), and wait."""
        if self._process.poll() is None:
            self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(30)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)
        self._close_log()


__all__ = ["SERVICE", "Files", "Lab", "Process", "Service"]
