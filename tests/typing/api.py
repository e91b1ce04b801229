"""What a type checker sees of the public names; checked by mypy, never run."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage, Message
from typing import assert_type

from mailsig import (
    Edit,
    Options,
    Result,
    Signature,
    Skip,
    SkipReason,
    apply_edits,
    inject,
    parse,
    replace_marker,
    rewrite,
    strip_dkim,
)

SIGNATURE = Signature(text="Jo")


def octets_come_out_as_octets(raw: bytes, view: memoryview, array: bytearray) -> None:
    assert_type(inject(raw, SIGNATURE), Result[bytes])
    assert_type(replace_marker(view, SIGNATURE), Result[bytes])
    assert_type(strip_dkim(array), Result[bytes])
    assert_type(rewrite(raw, None, Options(placement="end")).message, bytes)


def options_take_what_they_take_when_run() -> None:
    Options(allow={SkipReason.TNEF}, drop_fields=["X-Secret"])
    Options(allow=frozenset({SkipReason.TNEF}), drop_fields=("X-Secret",))


def objects_come_out_as_email_messages(built: EmailMessage, other: Message) -> None:
    assert_type(parse(b""), EmailMessage)
    assert_type(inject(built, SIGNATURE), Result[EmailMessage])
    assert_type(replace_marker(other, SIGNATURE).message, EmailMessage)
    assert_type(strip_dkim(other), Result[EmailMessage])
    assert_type(rewrite(built, SIGNATURE), Result[EmailMessage])


def results_are_values(result: Result[bytes]) -> None:
    assert_type(result.edits, tuple[Edit, ...])
    assert_type(result.skipped, tuple[Skip, ...])
    assert_type(result.chunks(), Iterator[bytes | memoryview])
    assert_type(result.require_signed(), Result[bytes])
    assert_type(apply_edits(result.message, result.inverse), bytes)
