"""Messages never raise; arguments do, and the error names the argument, the rule, what came."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import mailsig
from mailsig import Edit, MailsigError, Options, Signature

RAW = b"To: a\r\n\r\nHi\r\n"
JO = Signature(text="Jo Doe")
MARKED = Signature(text="Jo {emailsignature}")
SPLIT = Signature(html="<p>Jo {EMAIL<b>SIGNATURE}</b></p>", text="Jo")
SHORT = Signature(text="Jo Doe", reply=MARKED)
MESSAGE = "message must be bytes, bytearray, memoryview or email.message.Message, got "
SIGNATURE = "signature must be a Signature, got "
HOLDS = "signature must not hold Options.marker, got one with '{EMAILSIGNATURE}'"

REFUSED: list[tuple[str, Callable[[], Any], str]] = [
    ("inject-str", lambda: mailsig.inject("To: a", JO), MESSAGE + "str"),  # type: ignore[call-overload]
    ("replace-none", lambda: mailsig.replace_marker(None, JO), MESSAGE + "NoneType"),  # type: ignore[call-overload]
    ("strip-list", lambda: mailsig.strip_dkim([RAW]), MESSAGE + "list"),  # type: ignore[call-overload]
    ("rewrite-int", lambda: mailsig.rewrite(1, JO), MESSAGE + "int"),  # type: ignore[call-overload]
    (
        "parse-str",
        lambda: mailsig.parse("To: a"),  # type: ignore[arg-type]
        "source must be bytes, bytearray or memoryview, got str",
    ),
    ("inject-none", lambda: mailsig.inject(RAW, None), SIGNATURE + "NoneType"),  # type: ignore[call-overload]
    ("replace-str", lambda: mailsig.replace_marker(RAW, "Jo"), SIGNATURE + "str"),  # type: ignore[call-overload]
    ("rewrite-str", lambda: mailsig.rewrite(RAW, "Jo"), SIGNATURE + "str"),  # type: ignore[call-overload]
    (
        "options-dict",
        lambda: mailsig.rewrite(RAW, JO, {}),  # type: ignore[call-overload]
        "options must be Options, got dict",
    ),
    (
        "strip-options",
        lambda: mailsig.strip_dkim(RAW, None),  # type: ignore[call-overload]
        "options must be Options, got NoneType",
    ),
    ("marker-in-the-text", lambda: mailsig.rewrite(RAW, MARKED), HOLDS),
    ("marker-in-the-html", lambda: mailsig.replace_marker(RAW, SPLIT), HOLDS),
    ("marker-in-the-short-one", lambda: mailsig.rewrite(RAW, SHORT), HOLDS),
    (
        "edits-of-str",
        lambda: mailsig.apply_edits("abc", []),  # type: ignore[arg-type]
        "raw must be bytes, bytearray or memoryview, got str",
    ),
    (
        "edits-of-tuples",
        lambda: mailsig.apply_edits(b"abc", [(0, 1, b"x")]),  # type: ignore[list-item]
        "edits must hold only Edit, got tuple",
    ),
    (
        "edits-none",
        lambda: mailsig.apply_edits(b"abc", None),  # type: ignore[arg-type]
        "edits must hold Edit, got NoneType",
    ),
    (
        "edit-of-str",
        lambda: mailsig.apply_edits(b"abc", [Edit(0, 1, "x")]),  # type: ignore[arg-type]
        "edits must have int offsets and bytes, got Edit(start=0, end=1, new='x')",
    ),
]


@pytest.mark.parametrize(
    ("call", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_wrong_argument_is_refused_in_plain_words(
    call: Callable[[], Any], text: str
) -> None:
    with pytest.raises(MailsigError) as caught:
        call()
    assert str(caught.value) == text


def test_where_no_marker_counts_a_signature_may_hold_it() -> None:
    assert mailsig.inject(RAW, MARKED).signed
    assert mailsig.rewrite(RAW, MARKED, Options(marker="")).signed
    assert mailsig.rewrite(RAW, MARKED, Options(marker="%SIG%")).signed


@pytest.mark.parametrize(
    "call",
    [
        lambda: Options(marker="x"),
        lambda: mailsig.rewrite(RAW, None).require_signed(),
        lambda: mailsig.apply_edits(b"abc", [Edit(0, 2, b""), Edit(1, 3, b"")]),
    ],
)
@pytest.mark.parametrize("twin_of", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_an_error_comes_out_of_another_process_as_it_was(
    call: Callable[[], Any], twin_of: Callable[[MailsigError], MailsigError]
) -> None:
    with pytest.raises(MailsigError) as caught:
        call()
    twin = twin_of(caught.value)
    assert type(twin) is type(caught.value)
    assert str(twin) == str(caught.value)
    assert vars(twin) == vars(caught.value)
