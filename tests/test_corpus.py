"""Real mail: every promise, over every message that is at hand."""

from __future__ import annotations

import email
import email.policy
import importlib.util
import sys
from collections import Counter
from types import ModuleType

import pytest
from shared import folder, messages

import mailsig
from mailsig import Options, SkipReason, apply_edits, inject, parse, rewrite

TOKEN = "sig-7dfe-token"
ASCII = mailsig.Signature(
    html=f'<div id="{TOKEN}"><p>Jo Doe<br><b>Example Ltd</b></p></div>',
    text="Jo Doe SIGTEXT7DFE\nExample Ltd",
)
WIDE = mailsig.Signature(
    html=f'<div id="{TOKEN}"><p>Jörg Müller<br><b>Łódź € 株式会社</b></p></div>',
    text="Jörg Müller SIGTEXT7DFE\nŁódź € 株式会社",
)


def judge() -> ModuleType:
    """The outside judge, which shares no code with this project."""
    path = folder("judge") / "judge.py"
    spec = importlib.util.spec_from_file_location("judge", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["judge"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("crlf", [False, True], ids=["as-stored", "crlf"])
@pytest.mark.parametrize("signature", [ASCII, WIDE], ids=["ascii", "wide"])
def test_the_judge_finds_nothing_wrong(signature: mailsig.Signature, crlf: bool) -> None:
    """All but 0.5 %: the judge doesn't unfold boundaries, nor see all empty headers."""
    problems = judge().problems
    clean, signed, found = 0, 0, Counter[str]()
    corpus = list(messages("corpus"))
    for _, raw in corpus:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if crlf else raw
        result = rewrite(raw, signature)
        wrong = problems(raw, result.message) if result.signed else []
        clean += not wrong
        signed += result.signed
        found.update(str(line).split(":")[0] for line in wrong)
    assert clean >= 0.995 * len(corpus), found
    assert signed >= 0.8 * len(corpus)


@pytest.mark.parametrize("signature", [ASCII, WIDE], ids=["ascii", "wide"])
def test_edits_undo_repeat_and_agree_for_objects(signature: mailsig.Signature) -> None:
    for name, raw in messages("corpus"):
        result = rewrite(raw, signature)
        assert apply_edits(result.message, result.inverse) == raw, name
        assert apply_edits(raw, result.edits) == result.message, name
        assert result.changed == (result.message != raw), name
        assert result.signed or result.skipped, name
        if not result.changed:
            assert result.message is raw, name
        assert not rewrite(result.message, signature).changed or not result.changed, name
        parsed = parse(raw)
        assert parsed.as_bytes() == raw, name
        assert rewrite(parsed, signature).message.as_bytes() == result.message, name


def test_a_second_injection_finds_the_first_in_the_text() -> None:
    options = Options(handled_field=None)
    for name, raw in messages("corpus"):
        once = inject(raw, WIDE, options)
        if once.signed:
            again = inject(once.message, WIDE, options)
            reasons = [skip.reason for skip in again.skipped]
            assert reasons == [SkipReason.ALREADY_SIGNED], name


@pytest.mark.parametrize(
    "policy", [email.policy.default, email.policy.compat32], ids=["default", "compat32"]
)
def test_objects_of_the_standard_library_never_raise(policy: email.policy.Policy) -> None:
    for name, raw in messages("corpus"):
        try:
            message = email.message_from_bytes(raw, policy=policy)
        except Exception:  # the standard library's own trouble with odd mail
            continue
        result = rewrite(message, ASCII)
        assert result.signed or result.skipped, name
