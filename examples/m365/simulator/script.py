"""Runs the PowerShell that ``onboard`` writes: a small, strict subset of the language.

Only what the generated scripts use is known; all else is an error, and that is the
point: strings in double quotes, back-ticks, here-strings, sub-expressions and unquoted
values can't get into a script unnoticed. The cmdlets are those of ``shell.Shell``.
"""

from __future__ import annotations

from m365.simulator.script_tokens import ScriptError, tokenize
from m365.simulator.script_values import Run, Scope, Values, many, one


class ThrownError(ScriptError):
    """The script itself has thrown."""


class _Break(Exception):
    """Leaves a loop."""


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


class _Parser(Values):
    """Statements; each becomes a closure over the scope."""

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
            if one(test(scope)):
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
                scope.variables[name][key(scope)] = one(values)
            elif added:
                scope.variables[name] = [*many(scope.variables.get(name)), *values]
            else:
                scope.variables[name] = one(values)

        return run_assign


def _leave(scope: Scope) -> None:
    raise _Break
