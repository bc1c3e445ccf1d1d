"""The rules of every test: no display, one thread, a state folder of its own, nothing left behind.

The suite also runs where Qt is not installed: then the folders that need it are not collected.
"""

from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from process_leaks import ProcessWatch

if TYPE_CHECKING:
    from collections.abc import Iterator

# Before any test imports Qt or torch: both read these once. Engines started by tests inherit them.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_LOGGING_RULES"] = "qt.qpa.fonts.warning=false"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["PYTHONFAULTHANDLER"] = "1"

QT = importlib.util.find_spec("PySide6") is not None
NEEDS_QT = [
    "benchmarks/test_window_benchmarks.py",
    "control",
    "desktop",
    "views",
    "house/test_qt_leaks.py",
    "house/test_window_boundary.py",
]

# No test fails because the machine was busy. Where a change is judged the examples are the same each time, so
# that it is the change that fails; everywhere else new ones are searched for.
settings.register_profile(
    "unhurried",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")

collect_ignore = [] if QT else NEEDS_QT

_failed = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Qt's own warnings fail a test, and Qt objects are watched, where Qt is there."""
    if QT:
        import qt_leaks

        qt_leaks.install()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A marker, since pytest-qt's ini option would be an unknown one where pytest-qt is not installed."""
    if config.pluginmanager.hasplugin("pytest-qt"):
        for item in items:
            if item.get_closest_marker("qt_log_level_fail") is None:
                item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test holds on to its locals, so it is not asked what it left."""
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def _state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs, drafts, logs, settings and downloads of this test go to a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        state = tmp_path_factory.mktemp("state")
        patch.setenv("GRADVIZ_STATE", str(state))
        patch.setenv("GRADVIZ_CACHE", str(state / "cache"))
        yield


@pytest.fixture(autouse=True)
def _leaves_nothing(request: pytest.FixtureRequest, _state_folder: None) -> Iterator[None]:
    """Fail the test that leaves a thread, a child process, a timer or a window behind."""
    watches = [ProcessWatch()]
    if QT:
        import qt_leaks

        watches.insert(0, qt_leaks.QtWatch())
    yield
    left = [line for watch in watches for line in watch.leaks()]
    if left and not request.node.stash.get(_failed, False):
        pytest.fail("The test left something behind:\n- " + "\n- ".join(left), pytrace=False)
