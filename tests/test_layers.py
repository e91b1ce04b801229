"""The house: what may be imported, and from where; nothing in it does any I/O."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from shared import ROOT

import mailsig

PACKAGE = ROOT / "mailsig"

# From the ground up. A module imports from its own room and from those below it.
ROOMS: dict[str, tuple[str, ...]] = {
    "values": ("errors", "edits", "result", "options", "types", "rules"),
    "html": ("html",),
    "words": ("fold", "folding_table", "fingerprint"),
    "signature": (*("fragment", "review", "inline_image", "signature"),),
    "octets": (
        *("header", "entity", "scan", "fields", "transfer", "charset", "charset_labels"),
        *("iso2022_jp", "quoted_printable", "flatten", "message"),
    ),
    "text": ("plain", "reply", "client_signature", "marker", "once"),
    "rules": ("guard", "bodies", "dkim", "images"),
    "part": ("part", "placing", "writing"),
    "plan": ("letter", "plan"),
    "api": ("api", "__init__"),
}
# Beside the house: the user imports it, the house doesn't.
TEMPLATES = re.compile(r"templates(?:\.\w+)?")

# No socket, os, time, random, logging, io, asyncio, smtplib, threading, pathlib, ...
STANDARD = {
    "datetime",  # the type of a rule's days; never today's
    *("__future__", "binascii", "bisect", "codecs", "collections", "collections.abc"),
    *("contextlib", "copy", "dataclasses", "difflib", "encodings", "encodings.aliases"),
    *("enum", "functools", "hashlib"),
    *("html", "html.entities", "itertools", "operator", "re", "string", "typing"),
    *("unicodedata", "urllib.parse", "xml.etree.ElementTree"),
    *("email.errors", "email.header", "email.message", "email.mime.base", "email.parser"),
    "email.policy",
}
THIRD = {
    "bs4": {"fragment.rendered"},
    "html5lib": {"fragment.normalise"},
    "lxml": {"fragment.rendered", "fragment.normalise"},
    "jinja2": TEMPLATES,
}
# Functions that reach out of the process, or take code from text.
FORBIDDEN_CALLS = {
    *("open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"),
    "globals",
}


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax tree of every module, by its name below the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    assert found
    return found


def imports(name: str) -> Iterator[str]:
    """Yield what a module imports when it runs: own modules with a leading dot."""
    tree = trees()[name]
    for_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for statement in block.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (own(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(name, node)


def _from(name: str, node: ast.ImportFrom) -> Iterator[str]:
    if not node.level:
        base = own(node.module or "")
    else:
        package = name.split(".")
        above = package[: len(package) - node.level]
        base = "." + ".".join([*above, *(node.module or "").split(".")]).strip(".")
    for alias in node.names:
        inner = f"{base.rstrip('.')}.{alias.name}"
        known = inner[1:] in trees() or f"{inner[1:]}.__init__" in trees()
        yield inner if known else base


def own(module: str) -> str:
    """Return a module's name, one of ours with a leading dot."""
    return "." + module[8:].lstrip(".") if module.split(".")[0] == "mailsig" else module


def room_of(name: str) -> int:
    top = name.split(".")[0]
    for number, modules in enumerate(ROOMS.values()):
        if top in modules:
            return number
    raise AssertionError(f"mailsig/{top}.py stands in no room: add it to ROOMS")


every_module = pytest.mark.parametrize("name", sorted(trees()))
every_room_module = pytest.mark.parametrize(
    "name", sorted(n for n in trees() if not TEMPLATES.fullmatch(n))
)


@every_room_module
def test_imports_go_one_way(name: str) -> None:
    for module in imports(name):
        if module.startswith("."):
            target = module[1:] or "__init__"
            assert not TEMPLATES.fullmatch(target), "the house doesn't import the templates"
            assert room_of(target) <= room_of(name), f"mailsig/{name}.py imports {target}"


def test_no_import_goes_round() -> None:
    graph = {
        name: {m[1:] for m in imports(name) if m[1:] in trees()} - {name}
        for name in trees()
    }
    # A package's __init__ is run before its modules; it may collect what they define.
    edges = {
        name: {m for m in targets if not name.startswith(m.removesuffix("__init__"))}
        for name, targets in graph.items()
    }
    while leaves := {name for name, targets in edges.items() if not targets}:
        edges = {n: targets - leaves for n, targets in edges.items() if n not in leaves}
    assert edges == {}


@every_module
def test_only_pure_modules_of_the_standard_library_are_imported(name: str) -> None:
    for module in imports(name):
        top = module.split(".")[0]
        if top and top not in THIRD:
            assert module in STANDARD, f"mailsig/{name}.py imports {module}"


@every_module
def test_third_parties_stay_in_their_rooms(name: str) -> None:
    for module in imports(name):
        rooms = THIRD.get(module.split(".")[0])
        if isinstance(rooms, set):
            assert name in rooms, f"mailsig/{name}.py imports {module}"
        elif rooms is not None:
            assert rooms.fullmatch(name), f"mailsig/{name}.py imports {module}"


@every_module
def test_nothing_reaches_out_or_keeps_state(name: str) -> None:
    for node in ast.walk(trees()[name]):
        assert not isinstance(node, (ast.Global, ast.Nonlocal)), f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in FORBIDDEN_CALLS, (
                f"{node.func.id}(), line {node.lineno}"
            )


def test_every_room_has_its_modules() -> None:
    tops = {name.split(".")[0] for name in trees()}
    declared = {module for modules in ROOMS.values() for module in modules}
    assert declared <= tops, "a module that ROOMS names is gone"


def test_importing_the_package_loads_no_heavy_parser() -> None:
    heavy = "{'bs4', 'html5lib', 'lxml', 'jinja2'}"
    code = f"import sys, mailsig; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert out.stdout.strip() == "[]", out.stderr


def test_the_public_names_are_those_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"(?ms)^##+ [^\n]*\bnames\b[^\n]*\n(.*?)(?=^##|\Z)", readme)
    assert section, "the README has no section that lists the names"
    rows = re.findall(r"(?m)^\s*[|*-]\s*`([A-Za-z]\w*)", section.group(1))
    assert sorted(rows) == sorted(mailsig.__all__)
    assert all(hasattr(mailsig, name) for name in mailsig.__all__)
