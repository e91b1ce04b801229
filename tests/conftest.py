"""Settings of the whole test-suite."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from shared import SHARED

settings.register_profile(
    "default",
    deadline=None,  # a slow machine is no failure
    max_examples=int(os.environ.get("MAILSIG_EXAMPLES", "60")),
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("default")


@pytest.fixture(params=[None, "no certificate"], ids=["missing", "broken"])
def unusable(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that is not there, or that holds no certificate."""
    file = tmp_path / "file.pem"
    if request.param is not None:
        file.write_text(request.param)
    return file


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI, make a failure of a skip for want of shared data that is there."""
    report = yield
    if os.environ.get("CI") and SHARED.is_dir() and report.skipped:
        reason = str(call.excinfo.value) if call.excinfo else ""
        if "MAILSIG_SHARED" in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped although {SHARED} is there: {reason}"
    return report
