"""Every hard case, with two signatures, in CRLF and LF, as octets and as objects."""

from __future__ import annotations

import email
import pickle
from collections.abc import Iterable
from email import policy
from email.message import Message
from typing import Any

import pytest
from cases import ASCII, WIDE, Case
from hard_cases import CASES
from oracle import Wanted, problems, read, undo

import mailsig
from mailsig.flatten import flatten

SIGNATURES = {"ascii": ASCII, "wide": WIDE}
WORDS = {ASCII: ("Jo Doe", "Example Ltd"), WIDE: ("Jörg Müller", "Łódź € GmbH 株式会社")}


def deliveries(cases: Iterable[Case]) -> Any:
    """Return a decorator: one parameter set for each case, line end and signature."""
    found = []
    for case in cases:
        for newline in ("crlf", "lf") if case.lf else ("crlf",):
            raw = case.raw if newline == "crlf" else case.raw.replace(b"\r\n", b"\n")
            given = {"own": case.signature} if case.signature else SIGNATURES
            for name, signature in given.items():
                found.append(
                    pytest.param(case, raw, signature, id=f"{case.id}-{newline}-{name}")
                )
    return pytest.mark.parametrize(("case", "raw", "signature"), found)


every_case = deliveries(CASES)
# Markers and the handled field are for rewrite.
cases_of_inject = deliveries(
    case for case in CASES if not case.replaced and case.reasons != ("already-handled",)
)


def reasons(result: mailsig.Result[Any]) -> set[str]:
    return {skip.reason.value for skip in result.skipped}


def wanted(signature: mailsig.Signature, result: mailsig.Result[Any], case: Case) -> Wanted:
    text = signature.text
    if any("folded" in part.note for part in result.parts):
        assert case.folded, "the signature was folded where its characters fit"
        text = signature.text_ascii
    return Wanted(WORDS.get(signature, ("Jo Doe",)), text.split("\n"))


def place_problems(
    case: Case, out: bytes, result: mailsig.Result[Any], signature: mailsig.Signature
) -> list[str]:
    """The signature stands between the two texts that the case names."""
    found = []
    leaves = {part.path: part for part in read(out).leaves()}
    for path, (above, below) in case.between.items():
        text = leaves[path].text()
        mark = (
            "data-mailsig" if leaves[path].media_type == "text/html" else signature.text[:6]
        )
        for word, least, most in (
            (above, 0, text.find(mark)),
            (below, text.find(mark), None),
        ):
            if word and text.find(word, least, most) < 0:
                found.append(f"{path}: {word!r} isn't on its side of the signature")
            elif word and text.find(word) != text.find(word, least, most):
                found.append(f"{path}: {word!r} stands on both sides of the signature")
    return found


def signed_problems(
    case: Case, raw: bytes, result: mailsig.Result[Any], signature: mailsig.Signature
) -> list[str]:
    out = result.message
    paths = tuple(sorted(part.path for part in result.parts))
    found = [] if case.signed in (None, paths) else [f"signed {paths}, not {case.signed}"]
    if case.judged:
        look = wanted(signature, result, case)
        marker = case.options.marker if case.replaced else ""
        found += problems(raw, out, paths, look, replaced=marker)
    found += place_problems(case, out, result, signature)
    if case.check is not None:
        found += case.check(raw, out)
    return found


def skipped_problems(case: Case, raw: bytes, result: mailsig.Result[Any]) -> list[str]:
    if case.signed:
        return [f"not signed: {sorted(reasons(result))}"]
    if not reasons(result) & set(case.reasons):
        return [f"the reasons are {sorted(reasons(result))}, not {case.reasons}"]
    return []


def result_problems(
    case: Case, raw: bytes, result: mailsig.Result[Any], signature: mailsig.Signature
) -> list[str]:
    out = result.message
    found = (
        []
        if undo(out, result.inverse) == raw
        else ["the inverse doesn't restore the input"]
    )
    if result.signed:
        found += signed_problems(case, raw, result, signature)
    else:
        found += skipped_problems(case, raw, result)
    for octets in case.holds:
        given = octets if b"\r\n" in raw else octets.replace(b"\r\n", b"\n")
        found += [] if given in out else [f"{given[:60]!r} is gone"]
    if result.signed:
        found += [f"{octets!r} is left" for octets in case.lacks if octets in out]
    return found


@cases_of_inject
def test_inject_signs_the_body_or_says_why_not(
    case: Case, raw: bytes, signature: mailsig.Signature
) -> None:
    result = mailsig.inject(raw, signature, case.options)
    assert result_problems(case, raw, result, signature) == []
    if result.signed:
        assert result.outcome == "injected"
        assert result.changed
    else:
        assert result.outcome == "unchanged"
        assert result.message is raw


@every_case
def test_rewrite_signs_strips_and_stamps(
    case: Case, raw: bytes, signature: mailsig.Signature
) -> None:
    result = mailsig.rewrite(raw, signature, case.options)
    assert result_problems(case, raw, result, signature) == []
    out = result.message
    stamp = b"X-Mailsig-Handled: Yes" + (b"\r\n" if b"\r\n" in raw else b"\n")
    if result.signed:
        assert result.outcome == ("replaced" if case.replaced else "injected")
        assert out.startswith(stamp)
        assert b"dkim-signature" not in out.lower()
    elif "already-handled" in reasons(result):
        assert out is raw
    else:
        assert result.outcome == "stamped"
        assert out == stamp + raw
    again = mailsig.rewrite(out, signature, case.options)
    assert not again.changed
    assert again.message is out


@cases_of_inject
def test_a_second_injection_changes_nothing(
    case: Case, raw: bytes, signature: mailsig.Signature
) -> None:
    once = mailsig.inject(raw, signature, case.options).message
    again = mailsig.inject(once, signature, case.options)
    assert not again.changed, again.parts


@every_case
def test_objects_are_signed_as_their_octets_are(
    case: Case, raw: bytes, signature: mailsig.Signature
) -> None:
    by_octets = mailsig.rewrite(raw, signature, case.options)
    objects: list[Message] = [mailsig.parse(raw)]
    if case.judged:
        objects += [
            email.message_from_bytes(raw, policy=kind)
            for kind in (policy.default, policy.compat32)
        ]
    for message in objects:
        kept = pickle.dumps(message) if case.judged else b""
        same_octets = message is objects[0] or flatten(message) == raw
        result = mailsig.rewrite(message, signature, case.options)
        if not result.changed:
            assert result.message is message
        elif same_octets:
            assert result.message.as_bytes() == by_octets.message
            assert [part.path for part in result.parts] == [p.path for p in by_octets.parts]
        assert result.outcome == by_octets.outcome or not same_octets
        assert result.message.policy is message.policy
        assert kept == (pickle.dumps(message) if case.judged else b""), "the input changed"
