"""The versions that a result depends on, for a run's record and for whoever asks the engine."""

from __future__ import annotations

import platform

import numpy as np
import torch

from gradviz import __version__


def versions() -> dict[str, str]:
    """What a result depends on beside its experiment."""
    return {
        "gradviz": __version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
    }
