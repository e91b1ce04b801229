"""The source of one template, read and checked by Jinja2.

Offsets are kept from the source to the error message: Jinja2 counts lines only, so its
parser is given tokens that carry an offset in place of a line number.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import SandboxedEnvironment

from mailsig.errors import MailsigError
from mailsig.templates.context import Tag
from mailsig.templates.values import is_text

# LIMIT: Python itself refuses 100 levels of the code that Jinja2 writes.
_MAX_IFS = 32
# LIMIT: to Jinja2, each stands inside of the one before it, and it recurses.
_MAX_ELIFS = 200
# LIMIT: each filter is a bracket in that code, and Python refuses 200 of them.
_MAX_NESTED = 50

_STATEMENTS = frozenset(("if", "elif", "else", "endif"))
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Name, nodes.Const,
    nodes.Filter, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand,
    nodes.CondExpr, nodes.Concat,
)  # fmt: skip
_FILTERS: dict[str, Callable[..., object]] = {
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "capitalize": lambda value: str(value).capitalize(),
    "title": lambda value: str(value).title(),
    "trim": lambda value: str(value).strip(),
    "replace": lambda value, old, new: str(value).replace(str(old), str(new)),
    "default": lambda value, other: value or other,
}
_TOO_DEEP = "an expression nests too deep"
_ARGUMENTS = {"replace": 2, "default": 1}
_WHITESPACE_CONTROL = re.compile(r"\{[{%#][-+]|[-+][}%#]\}")


class TemplateError(MailsigError):
    """A template is broken; ``part``, ``line`` and ``column`` (from 1) say where."""

    def __init__(self, part: str, source: str, offset: int, message: str) -> None:
        self.part = part
        self.line = source.count("\n", 0, offset) + 1
        self.column = offset - (source.rfind("\n", 0, offset) + 1) + 1
        super().__init__(f"{part}, line {self.line}, column {self.column}: {message}")


Fail = partial[TemplateError]
RawToken = tuple[int, str, str]
"""Offset, Jinja2's kind of token, and its source."""


class _Offsets(Extension):
    """Hands the parser our tokens: an offset stands where a line number would."""

    def filter_stream(self, stream: TokenStream) -> TokenStream:
        """Return the stream with each token's offset as its line number."""
        offsets: Iterator[int] = iter(getattr(self.environment, "token_offsets", ()))
        tokens = [Token(next(offsets), token.type, token.value) for token in stream]
        return TokenStream(tokens, stream.name, stream.filename)


def environment(*extensions: type[Extension]) -> Environment:
    """Return the sandbox, with nothing in it but our filters."""
    sandbox = SandboxedEnvironment(
        autoescape=False, keep_trailing_newline=True, cache_size=0, extensions=extensions
    )
    sandbox.globals.clear()
    sandbox.tests.clear()
    sandbox.filters.clear()
    sandbox.filters.update(_FILTERS)
    return sandbox


def lex(source: str, fail: Fail) -> Iterator[RawToken]:
    """Yield Jinja2's raw tokens; together they are the source."""
    offset = 0
    try:
        for _, kind, value in environment().lex(source):
            if kind.startswith("raw"):
                raise fail(offset, "{% raw %} is not available; write {{ '{{' }} for {{")
            if _WHITESPACE_CONTROL.match(value) and kind.endswith(("_begin", "_end")):
                at = source.index(value, offset)
                raise fail(at, "a - or + inside the brackets is not available")
            yield offset, kind, value
            offset += len(value)
    except TemplateSyntaxError as error:
        message = re.sub(r" at \d+$", "", str(error.message))
        raise fail(offset, message) from None


@dataclass(slots=True)
class _Open:
    """An if whose endif hasn't come: where it stands, and what has come of it."""

    offset: int
    elifs: int = 0
    ended: bool = False  # by its else


def tags_of(raw: Sequence[RawToken], fail: Fail) -> list[Tag]:
    """Return where the Jinja tags stand, with their keywords; checks their order."""
    tags: list[Tag] = []
    opened: list[_Open] = []
    start, word, in_block = 0, "", False
    for offset, kind, value in raw:
        if kind in ("variable_begin", "block_begin", "comment_begin"):
            start, word = offset, "#" if kind == "comment_begin" else ""
            in_block = kind == "block_begin"
        elif kind == "name" and in_block and not word:
            word = value
            _check_statement(start, word, opened, fail)
        elif kind in ("variable_end", "block_end", "comment_end"):
            tags.append(Tag(start, offset + len(value), word))
    if opened:
        raise fail(opened[-1].offset, "this {% if %} has no {% endif %}")
    return tags


def _check_statement(offset: int, word: str, opened: list[_Open], fail: Fail) -> None:
    if word not in _STATEMENTS:
        raise fail(offset, f"{{% {word} %}} is not available, only if, elif, else, endif")
    if word == "if":
        opened.append(_Open(offset))
        if len(opened) > _MAX_IFS:
            raise fail(offset, f"more than {_MAX_IFS} {{% if %}} inside of each other")
        return
    if not opened or (word != "endif" and opened[-1].ended):
        raise fail(offset, f"{{% {word} %}} without an {{% if %}} before it")
    if word == "endif":
        opened.pop()
    elif word == "else":
        opened[-1].ended = True
    else:
        opened[-1].elifs += 1
        if sum(each.elifs for each in opened) > _MAX_ELIFS:
            raise fail(offset, f"more than {_MAX_ELIFS} {{% elif %}} of open {{% if %}}")


def _parse(
    raw: Sequence[RawToken], tags: Sequence[Tag], source: str, fail: Fail
) -> nodes.Template:
    sandbox = environment(_Offsets)
    silent = ("whitespace", "comment_begin", "comment", "comment_end")
    sandbox.token_offsets = [  # type: ignore[attr-defined]
        offset for offset, kind, _ in raw if kind not in silent
    ]
    try:
        return sandbox.parse(source)
    except TemplateSyntaxError as error:
        raise fail(error.lineno, str(error.message)) from None
    except RecursionError:
        raise fail(tags[0].start, _TOO_DEEP) from None


def parse_fields(
    raw: Sequence[RawToken],
    tags: Sequence[Tag],
    source: str,
    known: Sequence[str],
    fail: Fail,
) -> frozenset[str]:
    """Return the names of the fields; refuses all that goes beyond reading fields."""
    names = set()
    pending: list[tuple[nodes.Node, int]] = [(_parse(raw, tags, source, fail), 0)]
    while pending:
        node, depth = pending.pop()
        if depth > _MAX_NESTED:
            raise fail(node.lineno, _TOO_DEEP)
        if not isinstance(node, _NODES):
            what = type(node).__name__
            raise fail(node.lineno, f"not available in a signature template ({what})")
        if isinstance(node, nodes.Name):
            if node.name not in known:
                raise fail(node.lineno, _unknown("field", node.name, known))
            names.add(node.name)
        elif isinstance(node, nodes.Filter):
            _check_filter(node, fail)
        elif isinstance(node, nodes.Operand) and node.op not in ("eq", "ne"):
            raise fail(node.expr.lineno, "fields can be compared with == and != only")
        elif isinstance(node, nodes.Const):
            _check_constant(node, fail)
        deeper = depth + isinstance(node, nodes.Expr)
        pending.extend((child, deeper) for child in node.iter_child_nodes())
    return frozenset(names)


def _check_constant(node: nodes.Const, fail: Fail) -> None:
    if not isinstance(node.value, str):
        raise fail(node.lineno, f"write a constant in quotes, got {node.value!r}")
    # Jinja2 reads escapes in it, so the source can't show what it holds.
    stray = next((c for c in node.value if not is_text(c)), None)
    if stray is not None:
        raise fail(node.lineno, f"a constant must not hold U+{ord(stray):04X}")


def _check_filter(node: nodes.Filter, fail: Fail) -> None:
    if node.name not in _FILTERS:
        raise fail(node.lineno, _unknown("filter", node.name, tuple(_FILTERS)))
    wanted = _ARGUMENTS.get(node.name, 0)
    if len(node.args) != wanted or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise fail(node.lineno, f"the filter {node.name!r} takes {wanted} arguments")


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    return f"unknown {kind} {name!r} ({hint})"
