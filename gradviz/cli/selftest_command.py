"""`gradviz selftest`: does this copy work, on this machine? What a frozen copy is checked with."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from gradviz import __version__
from gradviz.paths import resources
from gradviz.views.display import missing_display


def execute(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes them
    """Do the round and say each thing that works; 1 and the reason where one does not."""
    print(f"gradviz {__version__}, Python {platform.python_version()}, {platform.platform()}")
    if missing_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="gradviz-") as name:
        folder = Path(name)
        os.environ["GRADVIZ_STATE"] = str(folder / "state")  # nothing of the user's is touched
        return _check(folder)


def _check(folder: Path) -> int:
    from gradviz.views.selftest import SelfTestError, check_window  # noqa: PLC0415 - Qt may be missing

    try:
        counts = {part: len(list((resources() / part).iterdir())) for part in ("examples", "data", "icons")}
        print("resources: " + ", ".join(f"{count} {part}" for part, count in counts.items()))
        check_window(folder, print)
    except (SelfTestError, OSError) as error:
        print(f"FAILED: {error}")
        return 1
    print("All is well.")
    return 0
