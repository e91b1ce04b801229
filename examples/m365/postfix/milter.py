"""The milter for the round trip: postfix_milter.py with the tenants of this folder.

    python examples/m365_round_trip.py milter --tenant contoso.toml --listen 127.0.0.1:12031

A message without proof of a tenant is refused while the client is connected (550 5.7.1),
one that has been here before, too (554 5.4.6). All others get the tenant's loop field,
lose its secret, and are signed where they can be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import postfix_milter
from kilter.protocol import messages as milter
from postfix_milter import Collected, Handled
from relay_values import Reply

import mailsig
from m365.policy import NOT_STAMPED, Tenants, signature_for


@dataclass(frozen=True, slots=True)
class RoundTripSettings(postfix_milter.Settings):
    """The milter's settings, with the tenants."""

    tenants: Tenants | None = None

    def handle(self, now: Collected) -> Handled:
        """Prove the tenant, then do as the plain milter does with its settings."""
        assert self.tenants is not None
        found = self.tenants.find(now.header() + b"".join(now.body))
        if isinstance(found, Reply):
            return _refusal(found)
        way, options = found
        settings = postfix_milter.Settings(
            lambda sender: signature_for(way, sender), options, False, self.max_size
        )
        outcome, note, changes, verdict = postfix_milter.handle(now, settings)
        if not changes:
            return _refusal(NOT_STAMPED)
        return outcome, {**note, "tenant": way.settings.name}, changes, verdict

    def too_big(self) -> milter.ReplyCode:
        """Refuse it: unproven, with its secret, without the loop field it must not pass."""
        return postfix_milter.verdict_of(Reply(552, "5.3.4 message is too big"))


def _refusal(reply: Reply) -> Handled:
    return "refused", {}, [], postfix_milter.verdict_of(reply)


def settings_for(tenants: Tenants, max_size: int) -> RoundTripSettings:
    """Return the settings of a milter for these tenants."""
    plain = RoundTripSettings(lambda sender: None, mailsig.Options(), max_size=max_size)
    return replace(plain, tenants=tenants, waits=tenants.ask_the_dns)
