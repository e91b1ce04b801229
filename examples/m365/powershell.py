"""Values as PowerShell literals, so that none can break out of its quotes.

Strings are always single-quoted: nothing is expanded in them. PowerShell takes the
typographic quotes U+2018 to U+201B for the plain one, so each of the five closes a
string, and each is escaped by doubling it (Language Specification 2.3.5.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

QUOTES = "'\u2018\u2019\u201a\u201b"
_DOUBLED = {ord(quote): quote * 2 for quote in QUOTES}


class Variable(str):
    """The name of a variable of ours: written bare, as ``$name``."""

    __slots__ = ()


Value = str | bool | int | Variable | Sequence[str]


def quote(text: str) -> str:
    """Return ``text`` as a single-quoted string literal.

    Raises:
        ValueError: ``text`` has a control character or a line break.
    """
    if not text.isprintable():
        raise ValueError(f"a PowerShell value must be printable, got {text!r}")
    return "'" + text.translate(_DOUBLED) + "'"


def literal(value: Value) -> str:
    """Return a value as PowerShell source: string, switch, number, variable or array."""
    if isinstance(value, Variable):
        if not value.isascii() or not value.isalnum():
            raise ValueError(f"not a variable name of ours: {value!r}")
        return "$" + value
    if isinstance(value, bool):
        return "$true" if value else "$false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quote(value)
    return "@(" + ", ".join(quote(item) for item in value) + ")"


def hashtable(name: str, settings: Mapping[str, Value]) -> list[str]:
    """Return the lines of ``$name = @{ … }``, for splatting."""
    width = max(len(key) for key in settings)
    lines = [f"    {key:{width}} = {literal(value)}" for key, value in settings.items()]
    return [f"${name} = @{{", *lines, "}"]
