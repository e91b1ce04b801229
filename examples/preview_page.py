"""The preview's page: one HTML file that loads nothing from anywhere.

Each message stands in a frame of its own, as a mail client shows it: without scripts, its
inline images as ``data:`` URLs. What the signature added is outlined.
"""

from __future__ import annotations

import base64
import colorsys
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from typing import Literal

SCRIPT = """
for (const frame of document.querySelectorAll("iframe")) {
  const fit = () => {
    const root = frame.contentDocument.documentElement;
    const borders = frame.offsetHeight - frame.clientHeight;
    frame.style.height = Math.ceil(root.getBoundingClientRect().height) + borders + "px";
  };
  if (frame.contentDocument.readyState === "complete") fit();
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
}
"""

STYLE = """
:root { color-scheme: light; --ink: #1d2733; --soft: #5d6875; --line: #dfe4ea;
  --sig: #d6336c; }
body { margin: 0; background: #f3f5f8; color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans",
  sans-serif; }
main { max-width: 1320px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { margin: 0; font-size: 26px; line-height: 1.2; }
h2 { margin: 0; font-size: 17px; }
p { margin: 4px 0; }
.soft { color: var(--soft); }
section { margin-top: 28px; padding: 20px 24px 24px; background: #fff; border-radius: 12px;
  border: 1px solid var(--line); }
.panes { display: grid; grid-template-columns: 1fr 1fr; gap: 20px; margin-top: 14px; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 12px; letter-spacing: .04em; text-transform: uppercase;
  color: var(--soft); margin-bottom: 6px; }
iframe, pre { display: block; box-sizing: border-box; width: 100%; margin: 0;
  background: #fff; border: 1px solid var(--line); border-radius: 8px; }
iframe { height: 320px; }
pre { padding: 18px; overflow: auto; white-space: pre-wrap; font: 13px/1.5 ui-monospace,
  "SF Mono", Consolas, "Liberation Mono", monospace; }
mark { background: #fff0f5; color: inherit; outline: 2px dashed var(--sig);
  outline-offset: 3px; display: inline-block; }
.dark iframe { background: #1f1f1f; border-color: #1f1f1f; }
ul { margin: 10px 0 0; padding: 0; list-style: none; font-size: 14px; }
li { padding: 5px 0 5px 82px; position: relative; border-top: 1px solid var(--line); }
li:first-child { border-top: 0; }
li b { position: absolute; left: 0; width: 70px; font-weight: 600; }
li.warning b { color: #b54708; }
li.good b { color: #157347; }
li.note b { color: var(--soft); }
code { font: 13px ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace; }
.facts { display: flex; gap: 28px; flex-wrap: wrap; margin-top: 12px; }
.facts b { display: block; font-size: 18px; }
@media (max-width: 900px) { .panes { grid-template-columns: 1fr; } }
"""

FRAME_STYLE = """
html { background: #fff; } body { margin: 18px; overflow-wrap: break-word; }
[data-mailsig] { outline: 2px dashed #d6336c; outline-offset: 3px; }
"""
DARK_STYLE = "html { background: #1f1f1f; color: #e4e4e4; } body { color: #e4e4e4; }"

# Clients turn light text on dark by turning its lightness round; images stay.
_COLOR = re.compile(r"#([0-9a-fA-F]{6})\b|rgb\((\d+), ?(\d+), ?(\d+)\)")

Level = Literal["good", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Remark:
    """A line beside the panes: a word, and what there is to say."""

    level: Level
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One message, before and after; the panes are HTML for the page."""

    name: str
    title: str
    before: str
    after: str
    remarks: Sequence[Remark]
    is_dark: bool = False


def page(
    title: str,
    facts: Iterable[tuple[str, str]],
    remarks: Sequence[Remark],
    scenes: Iterable[Scene],
) -> str:
    """Return the whole page."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )
    shown = "".join(
        f"<div><b>{escape(value)}</b>{escape(name)}</div>" for name, value in facts
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1><div class=facts>{shown}</div>"
        f'<section id="checks"><h2>Checks</h2>{_list(remarks)}</section>'
        f"{''.join(map(_section, scenes))}</main><script>{SCRIPT}</script></body></html>\n"
    )


def _section(scene: Scene) -> str:
    kind = ' class="dark"' if scene.is_dark else ""
    return (
        f'<section id="{scene.name}"{kind}><h2>{escape(scene.title)}</h2>'
        f'<div class="panes"><figure class="before"><figcaption>Before</figcaption>'
        f'{scene.before}</figure><figure class="after"><figcaption>After</figcaption>'
        f"{scene.after}</figure></div>{_list(scene.remarks)}</section>"
    )


def _list(remarks: Sequence[Remark]) -> str:
    lines = (
        f'<li class="{remark.level}"><b>{escape(remark.word)}</b> '
        f"{escape(remark.text)}</li>"
        for remark in remarks
    )
    return f"<ul>{''.join(lines)}</ul>"


def html_pane(message: EmailMessage, *, is_dark: bool = False) -> str:
    """Return a frame that shows the HTML of a message."""
    part = message.get_body(("html",))
    html = part.get_content() if part else ""
    for image in message.walk():
        cid = str(image.get("Content-ID", "")).strip("<> ")
        if cid and image.get_content_maintype() == "image":
            octets = base64.b64encode(image.get_content()).decode()
            url = f"data:{image.get_content_type()};base64,{octets}"
            html = html.replace(f"cid:{cid}", url)
    style = FRAME_STYLE
    if is_dark:
        html = _COLOR.sub(_turned, html)
        style += DARK_STYLE
    source = f"{html}<style>{style}</style>"
    return f'<iframe sandbox="allow-same-origin" srcdoc="{escape(source)}"></iframe>'


def _turned(match: re.Match[str]) -> str:
    if match[1]:
        channels = [int(match[1][at : at + 2], 16) for at in (0, 2, 4)]
    else:
        channels = [int(match[group]) for group in (2, 3, 4)]
    hue, light, strength = colorsys.rgb_to_hls(*(channel / 255 for channel in channels))
    turned = colorsys.hls_to_rgb(hue, 0.12 + 0.78 * (1 - light), strength * 0.85)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in turned)


def text_panes(before: str, after: str) -> tuple[str, str]:
    """Return two panes of plain text; what the second one has more is marked."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while (
        end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]
    ):
        end += 1
    added = after[start : len(after) - end]
    head = after[:start] + added[: len(added) - len(added.lstrip("\n"))]
    tail = added[len(added.rstrip("\n")) :] + after[len(after) - end :]
    mark = f"<mark>{escape(added.strip(chr(10)))}</mark>" if added.strip() else ""
    return f"<pre>{escape(before)}</pre>", f"<pre>{escape(head)}{mark}{escape(tail)}</pre>"
