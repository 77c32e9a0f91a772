"""What this machine could not exercise: said at the end of a run, and refused where nothing may be missing."""

import os
from collections import Counter
from collections.abc import Generator

import pytest
from _pytest.terminal import TerminalReporter

STRICT = os.environ.get("FILIERE_TESTS_STRICT") == "1"
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith(("postgres://", "postgresql://"))
OTHER_DATABASE = "sqlite" if ON_POSTGRESQL else "postgresql"

REMEDIES = {
    "no browser": "le navigateur : installez chromium (apt install chromium), ou nommez le vôtre dans CHROMIUM",
}
POSTGRESQL = (
    "PostgreSQL et Redis : DATABASE_URL=postgres://postgres@127.0.0.1:5432/filiere "
    "REDIS_URL=redis://127.0.0.1:6379/0 make test"
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Elsewhere these would prove nothing: not skipped, which is a gap, but not there at all."""
    elsewhere = [item for item in items if item.get_closest_marker(OTHER_DATABASE)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _refused_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _refused_if_skipped((yield))


def _refused_if_skipped(report):  # type: ignore[no-untyped-def]
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Rien ne doit manquer ici, et ce test n’a pas pu tourner : {_reason(report.longrepr)}"
    return report


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    reasons = Counter(_reason(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    lines = [f"{REMEDIES.get(reason, reason)} ({count})" for reason, count in sorted(reasons.items())]
    if not ON_POSTGRESQL and not STRICT:
        lines.append(POSTGRESQL)
    if lines:
        terminalreporter.section("Non exercé ici", sep="-")
        for line in lines:
            terminalreporter.write_line(f"  {line}")


def _reason(longrepr: object) -> str:
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return str(text).removeprefix("Skipped: ")
