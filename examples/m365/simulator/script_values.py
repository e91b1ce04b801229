"""Values of the subset: pipelines, commands, expressions, literals.

Each becomes a closure over the scope; a pipeline yields a list, as in PowerShell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from m365.simulator.script_tokens import QUOTE, ScriptError, Token

Run = Callable[["Scope"], Any]


@dataclass(slots=True)
class Scope:
    """What a running script sees: variables, cmdlets, and whether it may change things."""

    commands: Callable[[str, dict[str, Any], list[Any], list[Any]], list[Any]]
    what_if: bool = False
    variables: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def should_process(self, target: str, action: str) -> bool:
        """Note the question; yes, unless this is -WhatIf."""
        self.asked.append((target, action))
        return not self.what_if


def many(value: Any) -> list[Any]:
    """Return a value as a list: nothing is the empty one."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def one(values: list[Any]) -> Any:
    """Return a list as PowerShell assigns it: nothing, its only item, or all."""
    return values[0] if len(values) == 1 else (values or None)


def _get(thing: Any, name: str) -> Any:
    if name.lower() == "count":
        return len(many(thing))
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            if key.lower() == name.lower():
                return value
    raise ScriptError(f"no property {name}")


class Values:
    """Recursive descent over the tokens, up to pipelines."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.position = tokens, 0
        self.switches: list[str] = []

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.position]

    def fail(self, wanted: str) -> NoReturn:
        """Raise the error that names what was wanted here."""
        raise ScriptError(
            f"line {self.token.line}: {wanted} wanted, got {self.token.text!r}"
        )

    def next(self) -> Token:
        """Take the next token, whatever it is."""
        self.position += 1
        return self.tokens[self.position - 1]

    def at(self, *texts: str) -> bool:
        """Whether the next token is one of these, in any case."""
        return self.token.kind != "string" and self.token.text.lower() in texts

    def take(self, *texts: str) -> bool:
        """Take the next token if it is one of these."""
        if self.at(*texts):
            self.position += 1
            return True
        return False

    def need(self, text: str) -> None:
        """Take this token; anything else is an error."""
        if not self.take(text):
            self.fail(text)

    def newlines(self) -> None:
        """Pass over line ends."""
        while self.token.kind == "newline":
            self.position += 1

    def pipeline(self) -> Run:
        """Return what yields a list of values: commands and expressions joined by ``|``."""
        stages = [self.stage()]
        while self.take("|"):
            self.newlines()
            stages.append(self.stage())

        def run_pipeline(scope: Scope) -> list[Any]:
            values: list[Any] = []
            for number, stage in enumerate(stages):
                scope.variables["_piped"] = values if number else []
                values = stage(scope)
            return values

        return run_pipeline

    def stage(self) -> Run:
        """Read one stage of a pipeline: a command, or an expression."""
        if self.token.kind == "word":
            return self.command()
        expression = self.expression()
        return lambda scope: many(expression(scope))

    def command(self) -> Run:
        """Read a cmdlet with its parameters."""
        name = self.next().text
        named: list[tuple[str, Run | None]] = []
        positional: list[Run] = []
        while self.token.kind not in ("newline", "end") and not self.at("|", ")", "}"):
            if self.token.kind == "parameter":
                text = self.next().text.rstrip(":")
                follows = self.token.kind not in ("newline", "end", "parameter", "splat")
                has_value = follows and not self.at("|", ")", "}")
                named.append((text[1:].lower(), self.argument() if has_value else None))
            elif self.token.kind == "splat":
                named.append((self.next().text, None))
            else:
                positional.append(self.argument())

        def run_command(scope: Scope) -> list[Any]:
            piped = scope.variables.get("_piped", [])
            given: dict[str, Any] = {}
            for key, value in named:
                if key.startswith("@"):
                    table = scope.variables[key[1:].lower()]
                    given.update({k.lower(): v for k, v in table.items()})
                else:
                    given[key] = True if value is None else value(scope)
            return scope.commands(name, given, [p(scope) for p in positional], piped)

        return run_command

    def argument(self) -> Run:
        """Read an argument: a bare word, or a value."""
        if self.token.kind == "word":  # a bare word is itself, in a command
            text = self.next().text
            return lambda scope: text
        return self.postfix()

    def expression(self) -> Run:
        """Comparisons joined by -and and -or, from left to right."""
        left = self.comparison()
        while self.at("-and", "-or"):
            both = self.next().text.lower() == "-and"
            left = _logical(left, self.comparison(), both)
        return left

    def comparison(self) -> Run:
        """Read one comparison, or a value."""
        left = self.unary()
        if self.at("-eq", "-gt", "-notcontains"):
            return _compared(left, self.next().text.lower(), self.unary())
        return left

    def unary(self) -> Run:
        """Read a value, or the contrary of one."""
        if self.take("-not"):
            inner = self.unary()
            return lambda scope: not inner(scope)
        return self.postfix()

    def postfix(self) -> Run:
        """Read a value with its properties."""
        value = self.primary()
        while self.take("."):
            value = self.member(value, self.next().text)
        return value

    def member(self, thing: Run, name: str) -> Run:
        """Read a property, or the one method that is known."""
        if not self.take("("):
            return lambda scope: _get(thing(scope), name)
        if name != "ShouldProcess":
            self.fail("ShouldProcess")
        target = self.expression()
        self.need(",")
        action = self.expression()
        self.need(")")
        return lambda scope: scope.should_process(str(target(scope)), str(action(scope)))

    def primary(self) -> Run:
        """Read a literal, a variable, an array, a table, a parenthesis."""
        token = self.next()
        if token.kind == "string":
            text = re.sub(f"{QUOTE}({QUOTE})", r"\1", token.text[1:-1])
            return lambda scope: text
        if token.kind == "number":
            return self.number(token.text)
        if token.kind == "variable":
            name = token.text[1:].lower()
            return lambda scope: None if name == "pscmdlet" else scope.variables[name]
        if token.text == "@{":
            return self.table()
        if token.text in ("@(", "("):
            return self.parenthesis(array=token.text == "@(")
        self.position -= 1
        self.fail("a value")

    def number(self, text: str) -> Run:
        """Read a number, or a range."""
        first = float(text) if "." in text else int(text)
        if not self.take(".."):
            return lambda scope: first
        last = int(self.next().text)
        return lambda scope: list(range(int(first), last + 1))

    def parenthesis(self, array: bool) -> Run:
        """Read an array, or a pipeline in parentheses."""
        if array and self.take(")"):
            return lambda scope: []
        stages = [self.pipeline()]
        while array and self.take(","):
            stages.append(self.pipeline())
        self.need(")")

        def run_parenthesis(scope: Scope) -> Any:
            values = [value for stage in stages for value in stage(scope)]
            return values if array else one(values)

        return run_parenthesis

    def table(self) -> Run:
        """Read a hashtable."""
        entries: list[tuple[str, Run]] = []
        self.newlines()
        while not self.take("}"):
            key = self.next().text
            self.need("=")
            entries.append((key, self.expression()))
            self.newlines()
        return lambda scope: {key: value(scope) for key, value in entries}


def _logical(left: Run, right: Run, both: bool) -> Run:
    if both:
        return lambda scope: bool(left(scope)) and bool(right(scope))
    return lambda scope: bool(left(scope)) or bool(right(scope))


def _compared(left: Run, operator: str, right: Run) -> Run:
    def compare(scope: Scope) -> bool:
        a, b = left(scope), right(scope)
        if operator == "-gt":
            return bool(a > b)
        if operator == "-notcontains":
            return str(b).lower() not in {str(item).lower() for item in many(a)}
        return str(a).lower() == str(b).lower()

    return compare
