"""The promises of the README, each as a property over generated mail."""

from __future__ import annotations

import email
from email import policy

import pytest
from cases import ASCII, WIDE
from hypothesis import event, given
from hypothesis import strategies as st
from oracle import Wanted, problems, read, undo
from strategies import Mail, damaged_mails, mails

import mailsig

SIGNATURES = [ASCII, WIDE]
signatures = st.sampled_from(SIGNATURES)
WANTED = {
    ASCII: Wanted(("Jo Doe", "Example Ltd"), ASCII.text.split("\n")),
    WIDE: Wanted(("Jörg Müller", "株式会社"), WIDE.text.split("\n")),
}

# No place keeps the tree: an open comment and nothing else, an open paragraph.
CHANGES_TREE = {"document", "paragraph", "depth"}


@given(mails())
def test_the_strategy_draws_what_it_says(mail: Mail) -> None:
    leaves = {part.path: part for part in read(mail.raw).leaves()}
    assert set(mail.signed) <= set(leaves)
    for path, text in mail.texts.items():
        shown = leaves[path].text()
        assert shown.rstrip() == text.rstrip()
    assert (b"\r\n" in mail.raw) == (mail.newline == b"\r\n")
    event(f"signed parts: {len(mail.signed)}")


@given(mails(), signatures)
def test_well_formed_mail_is_signed_where_a_person_would(
    mail: Mail, signature: mailsig.Signature
) -> None:
    result = mailsig.rewrite(mail.raw, signature)
    assert tuple(sorted(part.path for part in result.parts)) == mail.signed
    assert undo(result.message, result.inverse) == mail.raw
    assert result.signed == mail.expect_signed
    if result.signed:
        paths = mail.signed
        keeps_tree = not any(part.note in CHANGES_TREE for part in result.parts)
        event(f"tree kept: {keeps_tree}")
        found = problems(mail.raw, result.message, paths, WANTED[signature])
        assert [p for p in found if keeps_tree or "tree differs" not in p] == []
        assert b"dkim-signature" not in result.message.lower()
    else:
        assert result.skipped
        assert result.message.endswith(mail.raw)
    assert mailsig.apply_edits(mail.raw, result.edits) == result.message
    assert b"".join(result.chunks()) == result.message


@given(mails(), signatures)
def test_a_second_run_changes_nothing(mail: Mail, signature: mailsig.Signature) -> None:
    once = mailsig.inject(mail.raw, signature).message
    twice = mailsig.inject(once, signature)
    assert not twice.changed
    assert twice.message is once


@given(st.one_of(mails().map(lambda m: m.raw), damaged_mails(), st.binary(max_size=300)))
def test_any_octets_come_back_deliverable(raw: bytes) -> None:
    for call in (mailsig.rewrite, mailsig.inject, mailsig.replace_marker):
        result = call(raw, WIDE)
        assert undo(result.message, result.inverse) == raw
        assert result.changed == (result.message != raw)
        assert result.signed or result.skipped
        if not result.changed:
            assert result.message is raw
    assert mailsig.parse(raw).as_bytes() == raw


@given(damaged_mails(), signatures)
def test_damaged_mail_is_signed_once(raw: bytes, signature: mailsig.Signature) -> None:
    once = mailsig.rewrite(raw, signature).message
    assert mailsig.rewrite(once, signature).message == once


@given(st.one_of(mails().map(lambda m: m.raw), damaged_mails()), signatures)
def test_a_parsed_message_is_signed_as_its_octets(
    raw: bytes, signature: mailsig.Signature
) -> None:
    message = mailsig.parse(raw)
    by_object = mailsig.inject(message, signature)
    by_octets = mailsig.inject(raw, signature)
    assert by_object.message.as_bytes() == by_octets.message
    assert by_object.edits == by_octets.edits
    assert message.as_bytes() == raw
    if not by_object.changed:
        assert by_object.message is message


@pytest.mark.parametrize(
    "kind", [policy.default, policy.compat32], ids=["default", "compat32"]
)
@given(raw=st.one_of(mails().map(lambda m: m.raw), damaged_mails()))
def test_a_message_of_the_standard_library_never_raises(
    raw: bytes, kind: policy.Policy
) -> None:
    message = email.message_from_bytes(raw, policy=kind)
    result = mailsig.inject(message, ASCII)
    assert result.signed or result.skipped
    assert result.message.policy is kind
    if not result.changed:
        assert result.message is message


@given(mails(), signatures)
def test_octets_of_any_kind_are_signed_alike(
    mail: Mail, signature: mailsig.Signature
) -> None:
    result = mailsig.inject(mail.raw, signature)
    for source in (bytearray(mail.raw), memoryview(mail.raw)):
        other = mailsig.inject(source, signature)
        assert bytes(other.message) == result.message
        assert bytes(source) == mail.raw
