"""Time mailsig, the standard library and other footer software on the same messages.

python -m benchmarks              everything, about a quarter of an hour
python -m benchmarks --quick      the main rows, in a few seconds
python -m benchmarks --only "reply 30 KB" --only growth
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import sys
from pathlib import Path

from benchmarks import (
    goals,
    growth,
    imports,
    mailbox,
    memory,
    messages,
    peers,
    report,
    rounds,
    stages,
)
from benchmarks.systems import (
    System,
    floor_systems,
    mailsig_systems,
    process_floor,
    stdlib_systems,
)

_SECTIONS = ("stages", "memory", "growth", "imports", "relay")
# The stdlib takes half a minute over each of these, and only to be beaten again.
_WITHOUT_OTHERS = {"64,000 parts"}
_NOT_IN_MAILBOX = {"stdlib parse", "stdlib round trip", "mailsig parse", "empty process"}
_MEMORY = (
    ("mailsig chunks", "attachments 100 MB"),
    ("mailsig", "attachments 100 MB"),
    ("stdlib", "attachments 100 MB"),
    ("mailsig chunks", "reply 30 KB"),
    ("mailsig chunks", "64,000 parts"),
)
_GROWTH_GOALS = (
    "attachment size", "newsletter size", "parts", "levels", "header fields",
    "near-delimiters",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; return 0, or 1 where a goal that was measured isn't met."""
    options = _options().parse_args(arguments)
    root = peers.scratch_folder()
    found, missing = ([], {}) if options.no_peers else peers.find_peers(root)
    state = report.new_report(options.quick)
    state.missing = missing
    try:
        _run(state, options, found)
    finally:
        for peer in found:
            peer.close()
        shutil.rmtree(root, ignore_errors=True)
    print(report.footnotes(state))
    if options.json:
        options.json.write_text(state.to_json(), encoding="utf-8")
    if options.plot:
        from benchmarks import plot

        plot.save(state, options.plot)
    return 0 if all(verdict.met for verdict in state.goals) else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [*messages.MESSAGES, mailbox.NAME, *_SECTIONS]
    parser.add_argument("--quick", action="store_true", help="few rounds, main messages")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME",
                        help="may be repeated: " + ", ".join(names))  # fmt: skip
    parser.add_argument(
        "--no-peers", action="store_true", help="mailsig, stdlib and floors"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write a plot (SVG)")
    return parser


def _wanted(options: argparse.Namespace) -> list[str]:
    if options.only:
        return list(options.only)
    if options.quick:
        return [*messages.QUICK, "stages", "imports"]
    return [*messages.MESSAGES, mailbox.NAME, *_SECTIONS]


def _run(
    state: report.Report, options: argparse.Namespace, found: list[peers.Peer]
) -> None:
    wanted = _wanted(options)
    plan = rounds.QUICK if options.quick else rounds.FULL
    systems: list[System] = [*mailsig_systems(), *stdlib_systems(), *floor_systems()]
    if found:
        systems += [*process_floor(), *found]
    state.notes = {system.name: system.note for system in systems}
    for name in [*messages.MESSAGES, mailbox.NAME]:
        if name in wanted:
            _run_message(state, name, systems, plan)
    for section, run in _RUNNERS.items():
        if section in wanted:
            run(state, options.quick)
    state.goals += goals.judged(state.times())
    if state.goals:
        print(report.goal_table(state.goals))


def _run_message(
    state: report.Report, name: str, systems: list[System], plan: rounds.Plan
) -> None:
    progress = rounds.to_terminal(name)
    if name == mailbox.NAME:
        fit = [system for system in systems if system.name not in _NOT_IN_MAILBOX]
        size, rows = mailbox.mailbox_rows(fit, plan, progress)
    else:
        own = ("mailsig", "mailsig chunks", "memcpy", "find")
        fit = [s for s in systems if name not in _WITHOUT_OTHERS or s.name in own]
        raw = messages.MESSAGES[name]()
        size, rows = len(raw), rounds.measured(raw, fit, plan, progress)
    progress("")
    state.sizes[name] = size
    state.rows[name] = rows
    if name == "64,000 parts":
        seconds = state.times()[name]["mailsig"] / 1e6
        state.goals.append(goals.at_most(f"{name}: mailsig", seconds, 0.5, 0.15, "s"))
    print(report.message_table(name, size, rows), flush=True)


def _run_stages(state: report.Report, quick: bool) -> None:
    for name in messages.QUICK if quick else stages.MESSAGES:
        state.stages[name] = stages.stage_times(messages.MESSAGES[name]())
    print(report.stage_table(state.stages), flush=True)


def _run_memory(state: report.Report, quick: bool) -> None:
    progress = rounds.to_terminal("memory")
    for system, message in _MEMORY[: 1 if quick else None]:
        progress(f"{system}, {message}")
        state.memory.append(memory.peak(system, message))
    progress("")
    kib = state.memory[0].traced / 1024
    state.goals.append(
        goals.at_most("peak above 100 MB: mailsig chunks", kib, 2_048, 256, "KiB")
    )
    print(report.memory_table(state.memory), flush=True)


def _run_growth(state: report.Report, quick: bool) -> None:
    progress = rounds.to_terminal("growth")
    for name in _GROWTH_GOALS if quick else growth.SHAPES:
        progress(name)
        state.growth.append(growth.grown(name))
    progress("")
    for each in state.growth:
        if each.shape in _GROWTH_GOALS:
            goal = f"growth from n to 16n: {each.shape}"
            state.goals.append(goals.at_most(goal, each.ratio, 20, 16, "×"))
    print(report.growth_table(state.growth), flush=True)


def _run_imports(state: report.Report, quick: bool) -> None:
    rounds.to_terminal("imports")("")
    state.imports = imports.import_times(5 if quick else 15)
    taken = state.imports["import mailsig"]
    state.goals.append(goals.at_most("import mailsig", taken, 60, 25, "ms"))
    print(report.import_table(state.imports), flush=True)


def _run_relay(state: report.Report, quick: bool) -> None:
    """Include the rows of ``benchmarks/relay.py``: its ``rows(quick)`` gives dicts."""
    name = f"{__package__}.relay"
    if importlib.util.find_spec(name) is None:
        state.missing["relay"] = "benchmarks/relay.py"
        return
    from importlib import import_module

    state.extra["Relay, over SMTP"] = rows = import_module(name).rows(quick)
    print(report.extra_table("Relay, over SMTP", rows), flush=True)


_RUNNERS = {
    "stages": _run_stages,
    "memory": _run_memory,
    "growth": _run_growth,
    "imports": _run_imports,
    "relay": _run_relay,
}

if __name__ == "__main__":
    sys.exit(main())
