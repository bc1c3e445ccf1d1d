"""Which Python files a person has allowed to run.

A model that is imported is code like any other: it can do whatever its user can. So it runs only after
somebody said yes, once for a file; the answer is kept beside the program's other state.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from gradviz.paths import state_folder

_FILE = "allowed-files.json"


def is_allowed(path: Path) -> bool:
    """Whether the file at `path` may be run."""
    return str(path.resolve()) in _allowed()


def allow(path: Path) -> None:
    """Remember that the file at `path` may be run. Raises OSError."""
    _write(_allowed() | {str(path.resolve())})


def forbid(path: Path) -> None:
    """Forget that the file at `path` may be run. Raises OSError."""
    _write(_allowed() - {str(path.resolve())})


def _allowed() -> set[str]:
    try:
        kept = json.loads((state_folder() / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    return {item for item in kept if isinstance(item, str)} if isinstance(kept, list) else set()


def _write(files: set[str]) -> None:
    target = state_folder() / _FILE
    beside = target.with_suffix(f".{os.getpid()}.new")
    beside.write_text(json.dumps(sorted(files), indent=1), encoding="utf-8")
    beside.replace(target)
