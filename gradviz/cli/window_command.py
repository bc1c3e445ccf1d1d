"""`gradviz [FILE]`: the window."""

from __future__ import annotations

import argparse

from gradviz.cli.failure import BadInput
from gradviz.views.display import missing_display


def execute(arguments: argparse.Namespace) -> int:
    """Open the window and wait until it is closed."""
    if complaint := missing_display():
        raise BadInput(complaint)
    try:
        from gradviz.views.app import run_window  # noqa: PLC0415 - Qt may not be there
    except ImportError as error:
        raise BadInput(
            f"the window needs Qt, which cannot be loaded here ({error}); without a window: gradviz run"
        ) from None
    return run_window(arguments.file, engine=arguments.engine)
