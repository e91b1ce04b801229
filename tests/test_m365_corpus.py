"""A thousand real messages through the whole round trip (all of them: tests/long)."""

from __future__ import annotations

from pathlib import Path

import m365_corpus
import shared


def test_each_of_a_thousand_messages_arrives_once_and_is_judged_clean(
    tmp_path: Path,
) -> None:
    sample = list(shared.messages("corpus", every=2))[:1000]
    report = m365_corpus.run(sample, tmp_path, shared.folder("judge"))
    assert report.problems == []
    assert report.sent == len(sample) == 1000
    assert report.arrived > 0.98 * report.sent
    assert report.signed > 0.4 * report.sent
    assert report.dkim_kept > 0.1 * report.sent
