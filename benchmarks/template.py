"""What a template costs: once when it is rendered for a person, never again per message."""

from __future__ import annotations

import statistics
import time

from mailsig.templates import DIRECTORY_FIELDS, SignatureTemplate

_LINES = 200


def template() -> SignatureTemplate:
    """Return a template of 200 lines that uses 20 fields."""
    rows = "\n".join(
        f'<tr><td style="font-size:13px">{number}</td>'
        f"<td>{{{{ {DIRECTORY_FIELDS[number % 20]} }}}}</td></tr>"
        for number in range(_LINES - 2)
    )
    text = "\n".join(f"{{{{ {name} }}}}" for name in DIRECTORY_FIELDS)
    return SignatureTemplate(html=f'<table cellpadding="0">\n{rows}\n</table>', text=text)


def milliseconds(rounds: int) -> float:
    """Return the median processor time to render and build one signature, in ms."""
    made = template()
    times = []
    for number in range(rounds + 1):
        values = {name: f"value {number}" for name in DIRECTORY_FIELDS}
        began = time.process_time()
        signature = made.render(values)
        times.append((time.process_time() - began) * 1e3)
        if signature.text.count(f"value {number}") < 15:
            raise AssertionError("the template lost its values")
    return statistics.median(times[1:])  # the first one imports the parsers


if __name__ == "__main__":
    print(f"template of {_LINES} lines, 20 fields: {milliseconds(20):.1f} ms (goal: 10)")
