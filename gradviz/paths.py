"""Where things lie: the resources that travel with the program, folders for its state and for downloads."""

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


def cache_folder() -> Path:
    """Where downloaded data sets are kept; GRADVIZ_CACHE overrides it. It need not exist."""
    chosen = os.environ.get("GRADVIZ_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("gradviz", appauthor=False))
