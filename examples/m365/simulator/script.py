"""Runs the PowerShell that ``onboard`` writes: a small, strict subset of the language.

Only what the generated scripts use is known; all else is an error, and that is the
point: strings in double quotes, back-ticks, here-strings, sub-expressions and unquoted
values can't get into a script unnoticed. The cmdlets are those of ``shell.Shell``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from .script_tokens import QUOTE, ScriptError, Token, tokenize

Run = Callable[["Scope"], Any]


class ThrownError(ScriptError):
    """The script itself has thrown."""


class _Break(Exception):
    """Leaves a loop."""


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


def run(text: str, scope: Scope, switches: frozenset[str] = frozenset()) -> None:
    """Run a script in ``scope``; ``switches`` are those of its param block."""
    parser = _Parser(tokenize(text))
    statements = parser.script()
    scope.variables.update(dict.fromkeys(parser.switches, False))
    unknown = {s.lower() for s in switches} - set(parser.switches)
    if unknown:
        raise ScriptError(f"no such switch: {', '.join(sorted(unknown))}")
    scope.variables.update(dict.fromkeys((s.lower() for s in switches), True))
    scope.variables.update(
        {"true": True, "false": False, "whatifpreference": scope.what_if}
    )
    for statement in statements:
        statement(scope)


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else (values or None)


def _get(thing: Any, name: str) -> Any:
    if name.lower() == "count":
        return len(_many(thing))
    if isinstance(thing, Mapping):
        for key, value in thing.items():
            if key.lower() == name.lower():
                return value
    raise ScriptError(f"no property {name}")


class _Parser:
    """Recursive descent over the tokens; each part becomes a closure over the scope."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.position = tokens, 0
        self.switches: list[str] = []

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def fail(self, wanted: str) -> NoReturn:
        raise ScriptError(
            f"line {self.token.line}: {wanted} wanted, got {self.token.text!r}"
        )

    def next(self) -> Token:
        self.position += 1
        return self.tokens[self.position - 1]

    def at(self, *texts: str) -> bool:
        return self.token.kind != "string" and self.token.text.lower() in texts

    def take(self, *texts: str) -> bool:
        if self.at(*texts):
            self.position += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            self.fail(text)

    def newlines(self) -> None:
        while self.token.kind == "newline":
            self.position += 1

    def script(self) -> list[Run]:
        self.newlines()
        while self.at("["):  # [CmdletBinding(SupportsShouldProcess = $true)]
            while not self.take("]"):
                self.next()
            self.newlines()
        if self.take("param"):
            self.parameters()
        return self.statements("end")

    def parameters(self) -> None:
        self.need("(")
        self.newlines()
        while not self.take(")"):
            for text in ("[", "switch", "]"):
                self.need(text)
            self.switches.append(self.next().text[1:].lower())
            self.take(",")
            self.newlines()

    def statements(self, closing: str) -> list[Run]:
        found: list[Run] = []
        self.newlines()
        while self.token.kind != "end" and not self.at(closing):
            found.append(self.statement())
            if self.token.kind not in ("newline", "end") and not self.at(closing):
                self.fail("end of statement")
            self.newlines()
        return found

    def block(self) -> Run:
        self.newlines()
        self.need("{")
        inner = self.statements("}")
        self.need("}")

        def run_block(scope: Scope) -> None:
            for statement in inner:
                statement(scope)

        return run_block

    def statement(self) -> Run:
        if self.take("if"):
            return self.condition()
        if self.take("foreach"):
            return self.loop()
        if self.take("break"):
            return _leave
        if self.take("throw"):
            return self.thrown(self.expression())
        if self.token.kind == "variable" and self.assigns():
            return self.assignment()
        pipeline = self.pipeline()
        return lambda scope: pipeline(scope)

    def thrown(self, what: Run) -> Run:
        def run_throw(scope: Scope) -> None:
            raise ThrownError(str(what(scope)))

        return run_throw

    def condition(self) -> Run:
        self.need("(")
        test = self.pipeline()
        self.need(")")
        then = self.block()
        mark = self.position
        self.newlines()
        otherwise: Run | None = None
        if self.take("else"):
            otherwise = self.block()
        else:
            self.position = mark

        def run_if(scope: Scope) -> None:
            if _one(test(scope)):
                then(scope)
            elif otherwise is not None:
                otherwise(scope)

        return run_if

    def loop(self) -> Run:
        self.need("(")
        name = self.next().text[1:].lower()
        self.need("in")
        values = self.pipeline()
        self.need(")")
        body = self.block()

        def run_loop(scope: Scope) -> None:
            for value in values(scope):
                scope.variables[name] = value
                try:
                    body(scope)
                except _Break:
                    return

        return run_loop

    def assigns(self) -> bool:
        after = self.tokens[self.position + 1].text
        return after in ("=", "+=", "[")

    def assignment(self) -> Run:
        name = self.next().text[1:].lower()
        key: Run | None = None
        if self.take("["):
            key = self.expression()
            self.need("]")
        added = self.take("+=")
        if not added:
            self.need("=")
        value = self.pipeline()

        def run_assign(scope: Scope) -> None:
            values = value(scope)
            if key is not None:
                scope.variables[name][key(scope)] = _one(values)
            elif added:
                scope.variables[name] = [*_many(scope.variables.get(name)), *values]
            else:
                scope.variables[name] = _one(values)

        return run_assign

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
        if self.token.kind == "word":
            return self.command()
        expression = self.expression()
        return lambda scope: _many(expression(scope))

    def command(self) -> Run:
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
        if self.token.kind == "word":  # a bare word is itself, in a command
            text = self.next().text
            return lambda scope: text
        return self.postfix()

    def expression(self) -> Run:
        left = self.comparison()
        while self.at("-and", "-or"):
            both = self.next().text.lower() == "-and"
            left = _logical(left, self.comparison(), both)
        return left

    def comparison(self) -> Run:
        left = self.unary()
        if self.at("-eq", "-gt", "-notcontains"):
            return _compared(left, self.next().text.lower(), self.unary())
        return left

    def unary(self) -> Run:
        if self.take("-not"):
            inner = self.unary()
            return lambda scope: not inner(scope)
        return self.postfix()

    def postfix(self) -> Run:
        value = self.primary()
        while self.take("."):
            value = self.member(value, self.next().text)
        return value

    def member(self, thing: Run, name: str) -> Run:
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
        first = float(text) if "." in text else int(text)
        if not self.take(".."):
            return lambda scope: first
        last = int(self.next().text)
        return lambda scope: list(range(int(first), last + 1))

    def parenthesis(self, array: bool) -> Run:
        if array and self.take(")"):
            return lambda scope: []
        stages = [self.pipeline()]
        while array and self.take(","):
            stages.append(self.pipeline())
        self.need(")")

        def run_parenthesis(scope: Scope) -> Any:
            values = [value for stage in stages for value in stage(scope)]
            return values if array else _one(values)

        return run_parenthesis

    def table(self) -> Run:
        entries: list[tuple[str, Run]] = []
        self.newlines()
        while not self.take("}"):
            key = self.next().text
            self.need("=")
            entries.append((key, self.expression()))
            self.newlines()
        return lambda scope: {key: value(scope) for key, value in entries}


def _leave(scope: Scope) -> None:
    raise _Break


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
            return str(b).lower() not in {str(item).lower() for item in _many(a)}
        return str(a).lower() == str(b).lower()

    return compare
