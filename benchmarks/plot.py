"""A plot of time against size, one line per system, both scales logarithmic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.report import Report

# Messages that differ in size and not in their shape's peculiarities.
_SHOWN = (
    "plain 2 KB",
    "UTF-8 8bit 6 KB",
    "reply 30 KB",
    "newsletter 100 KB",
    "pictures 500 KB",
    "attachments 1 MB",
    "attachments 10 MB",
    "attachments 25 MB",
    "attachments 100 MB",
)
_STYLES: dict[str, dict[str, Any]] = {
    "mailsig": {"color": "#c0392b", "linewidth": 2.5},
    "mailsig chunks": {"color": "#c0392b", "linewidth": 2.5, "linestyle": "--"},
    "stdlib": {"color": "#2c3e50", "linewidth": 2.0},
    "stdlib parse": {"color": "#2c3e50", "linewidth": 1.0, "linestyle": "--"},
    "memcpy": {"color": "#7f8c8d", "linewidth": 1.0, "linestyle": ":"},
    "find": {"color": "#7f8c8d", "linewidth": 1.0, "linestyle": "-."},
    "alterMIME": {"color": "#2980b9", "marker": "."},
    "MIMEDefang": {"color": "#e67e22", "marker": "."},
    "rspamd": {"color": "#27ae60", "marker": "."},
    "GNU Mailman": {"color": "#8e44ad", "marker": "."},
}
_OTHERS = {"linewidth": 1.2, "marker": ".", "alpha": 0.8}
_HIDDEN = {"mailsig parse", "mailsig EmailMessage", "stdlib round trip", "empty process"}


def save(report: Report, path: Path) -> None:
    """Write the plot as SVG (or as what the suffix of ``path`` says)."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "mailsig"
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 6), layout="constrained")
    for system, points in _lines(report).items():
        style = _STYLES.get(system, _OTHERS)
        axes.plot(*zip(*points, strict=True), label=system, **style)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("size of the message, octets")
    axes.set_ylabel("time to sign it, µs")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize="small")
    caption = f"{report.machine}; Python {report.python}; mailsig {report.commit}"
    axes.set_title(caption, fontsize="small", color="#555555")
    metadata = {"Date": None} if path.suffix == ".svg" else None
    figure.savefig(path, metadata=metadata)
    pyplot.close(figure)


def _lines(report: Report) -> dict[str, list[tuple[int, float]]]:
    """Return (size, microseconds) points by system, in order of size."""
    found: dict[str, list[tuple[int, float]]] = {}
    for message in _SHOWN:
        for row in report.rows.get(message, []):
            if row.microseconds is not None and row.system not in _HIDDEN:
                point = (report.sizes[message], row.microseconds)
                found.setdefault(row.system, []).append(point)
    return found
