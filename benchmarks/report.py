"""What a run found, as tables for people (Markdown, aligned) and as JSON for programs."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.goals import Verdict
from benchmarks.growth import Growth
from benchmarks.memory import Peak
from benchmarks.rounds import Row


@dataclass
class Report:
    """Everything that one run measured; sizes in octets, processor time in microseconds."""

    machine: str
    python: str
    commit: str
    quick: bool
    missing: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    stages: dict[str, dict[str, float]] = field(default_factory=dict)
    memory: list[Peak] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)
    imports: dict[str, float] = field(default_factory=dict)
    extra: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    goals: list[Verdict] = field(default_factory=list)

    def times(self) -> dict[str, dict[str, float]]:
        """Return microseconds by message and system."""
        return {
            message: {r.system: r.microseconds for r in rows if r.microseconds is not None}
            for message, rows in self.rows.items()
        }

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def new_report(quick: bool) -> Report:
    """Return an empty report about this machine, Python and commit."""
    return Report(_machine(), platform.python_version(), _commit(), quick)


def _machine() -> str:
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{name}, {platform.system()}"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    folder = Path(__file__).parent
    try:
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "no git"
    return run.stdout.strip()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table with aligned columns; all but the first to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    text = []
    for number, line in enumerate(lines):
        cells = [line[0].ljust(widths[0])]
        cells += [
            cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)
        ]
        text.append("| " + " | ".join(cells) + " |")
        if number == 0:
            text.append("|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
    text[1] = text[1].replace("-:", "--", 1)
    return "\n".join(text)


def figure(value: float) -> str:
    """Return three digits that count, thousands set apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def octets(value: float) -> str:
    if value < 10_000:
        return f"{value:,.0f} B"
    if value < 10 * 2**20:
        return f"{value / 1024:,.0f} KiB"
    return f"{value / 2**20:,.0f} MiB"


def message_table(name: str, size: int, rows: Sequence[Row]) -> str:
    """Return the table of one message: time, speed, ratios, and what the check said."""
    times = {row.system: row.microseconds for row in rows}
    own = times.get("mailsig")
    lines = []
    for row in rows:
        if row.microseconds is None:
            lines.append([row.system, "failed", "", "", "", "", row.remarks[0]])
            continue
        ratios = [
            _ratio(row.microseconds, own),
            _ratio(times.get("stdlib"), row.microseconds),
            _ratio(row.microseconds, times.get("memcpy")),
        ]
        check = ("; ".join(row.remarks) or "as it should be") if row.signs else "–"
        speed = figure(size / row.microseconds)
        lines.append([row.system, figure(row.microseconds), speed, *ratios, check])
    head = ["system", "µs", "MB/s", "÷ mailsig", "stdlib ÷", "÷ memcpy", "output"]
    return f"### {name} ({size:,} octets)\n\n{table(head, lines)}\n"


def _ratio(over: float | None, under: float | None) -> str:
    return f"{figure(over / under)}×" if over and under else ""


def goal_table(verdicts: Sequence[Verdict]) -> str:
    rows = [
        [v.goal, v.bound, v.aim, v.measured, "yes" if v.met else "NO"] for v in verdicts
    ]
    return (
        "### Goals\n\n" + table(["goal", "at least", "aim", "measured", "met"], rows) + "\n"
    )


def stage_table(stages: dict[str, dict[str, float]]) -> str:
    names = list(next(iter(stages.values())))
    rows = [[m, *(figure(times[name]) for name in names)] for m, times in stages.items()]
    return "### Stages of one rewrite, µs\n\n" + table(["message", *names], rows) + "\n"


def memory_table(peaks: Sequence[Peak]) -> str:
    rows = [
        [
            p.message,
            p.system,
            octets(p.traced),
            "" if p.resident is None else octets(p.resident),
        ]
        for p in peaks
    ]
    head = ["message", "system", "traced", "resident"]
    return "### Peak memory above the input\n\n" + table(head, rows) + "\n"


def growth_table(growth: Sequence[Growth]) -> str:
    rows = [
        [g.shape, f"{g.n:,}", f"{g.small:.2f}", f"{g.large:.2f}", f"{g.ratio:.1f}×"]
        for g in growth
    ]
    head = ["16 times …", "n", "ms for n", "ms for 16n", "growth"]
    return "### Growth of rewrite, processor time\n\n" + table(head, rows) + "\n"


def import_table(imports: dict[str, float]) -> str:
    rows = [[name, f"{time:.1f}"] for name, time in imports.items()]
    return "### Start\n\n" + table(["over a bare interpreter", "ms"], rows) + "\n"


def extra_table(title: str, rows: Sequence[dict[str, object]]) -> str:
    head = list(rows[0])
    return (
        f"### {title}\n\n"
        + table(head, ([str(row[key]) for key in head] for row in rows))
        + "\n"
    )


def footnotes(report: Report) -> str:
    """Return what each system is, what is missing, and where all this was measured."""
    lines = [f"* {name}: {note}" for name, note in report.notes.items()]
    lines += [f"* {name}: missing here: {why}" for name, why in report.missing.items()]
    lines.append("* all times but those of the start are processor time")
    lines.append(f"\n{report.machine}; Python {report.python}; mailsig {report.commit}")
    return "\n".join(lines) + "\n"
