"""Where things lie: the resources that travel with the program, and the folder for its state."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def resources() -> Path:
    """The `resources` folder: beside the package in a checkout, inside it when installed or frozen."""
    inside = Path(__file__).parent / "resources"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "resources"


def state_folder() -> Path:
    """Where live runs, drafts, logs and settings are kept; GRADVIZ_STATE overrides it. Made if absent."""
    chosen = os.environ.get("GRADVIZ_STATE")
    folder = Path(chosen) if chosen else Path(platformdirs.user_state_dir("gradviz", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
