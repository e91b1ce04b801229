"""Real messages through the whole round trip, one by one, each held against the judge."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from m365_tools import ANN, Trip, fields, loop_fields, stamps, trip, without_received

# A boundary folded in the middle (RFC 5322 2.2.3): the judge, which takes Python's
# reading of the parameter, misses the parts.
_FOLDED_BOUNDARY = re.compile(rb'boundary="[^"\r\n]*\r\n[ \t]', re.I)
_DEEP = 100  # levels to which the judge goes down
_STATUS = re.compile(r"Status: (\S+)")


@dataclass
class Report:
    """What became of the messages."""

    sent: int = 0
    arrived: int = 0
    reported: int = 0
    signed: int = 0
    dkim_kept: int = 0
    problems: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.sent} sent, {self.arrived} arrived, {self.reported} reported, "
            f"{self.signed} signed, {self.dkim_kept} first-leg signatures kept; "
            f"{dict(self.outcomes)}; {len(self.problems)} problems"
        )


def as_sent(raw: bytes) -> bytes:
    """Return a stored message as SMTP carries it: CRLF throughout, and no NUL."""
    return (
        re.sub(rb"\r\n|\r|\n", b"\r\n", raw).rstrip(b"\r\n").replace(b"\0", b"") + b"\r\n"
    )


def run(messages: list[tuple[str, bytes]], folder: Path, judge_folder: Path) -> Report:
    """Send the messages through the trip."""
    if str(judge_folder) not in sys.path:
        sys.path.insert(0, str(judge_folder))
    import api
    import judge

    html, text = folder / "signature.html", folder / "signature.txt"
    html.write_text(api.ASCII.html, encoding="utf-8")
    text.write_text(api.ASCII.text, encoding="utf-8")
    report = Report()
    settings = {"signature_html": str(html), "signature_text": str(text)}
    with trip(folder / "lab", **settings) as contoso:
        contoso.lab.cloud.edge.require_from = False  # stored mail may lack it
        contoso.tenant.rules = contoso.tenant.rules[-1:]  # all kinds are to be routed
        contoso.tenant.rules[0].pop("FromScope")  # the senders are not ours
        for number, (name, raw) in enumerate(messages):
            _one(contoso, f"r{number}@example.net", name, as_sent(raw), judge, report)
        assert contoso.lab.cloud.waiting == 0
    return report


def _one(contoso: Trip, to: str, name: str, raw: bytes, judge: Any, report: Report) -> None:
    contoso.passages.clear()
    edge = contoso.lab.cloud.edge
    edge.accepted.clear()
    contoso.tenant.recipients[ANN].inbox.clear()
    contoso.send(raw, to)
    report.sent += 1
    arrived, reports = len(contoso.inbox(to)), contoso.reports()
    report.arrived += arrived
    report.reported += len(reports)
    report.outcomes.update(f"reported {_STATUS.findall(text)[0]}" for text in reports)
    if arrived + len(reports) != 1:
        report.problems.append(f"{name}: {arrived} arrived, {len(reports)} reported")
    for returned in edge.accepted:
        for problem in _judged(contoso, returned.raw, judge, report):
            report.problems.append(f"{name}: {problem}")


def _judged(contoso: Trip, returned: bytes, judge: Any, report: Report) -> list[str]:
    (passage,) = contoso.passages
    found = []
    out = without_received(returned)
    # SMTP ends every message with a line end, also one that the edit has left without.
    if out not in (passage.out, passage.out + b"\r\n"):
        found.append("what arrived is not what the service made, and one Received")
    if loop_fields(returned, contoso.lab) != 1:
        found.append("not exactly one loop field")
    # The tenant's secret is the one field that has to go.
    before = fields.remove(passage.content, ["X-Mailsig-Tenant"])
    if not _FOLDED_BOUNDARY.search(before) and before.count(b"boundary=") < _DEEP:
        found += judge.problems(before, out, want_injected=passage.signed)
    report.signed += passage.signed
    report.outcomes[passage.decision.outcome] += 1  # type: ignore[union-attr]
    dns = contoso.lab.cloud.dns
    if not passage.signed and stamps.dkim_verifies(dns, passage.content):
        report.dkim_kept += 1
        if not stamps.dkim_verifies(dns, returned):
            found.append("the first-leg signature of unchanged mail is broken")
    if passage.signed and fields.values(returned, "DKIM-Signature"):
        found.append("a stale signature on changed mail")
    return found
