"""`gradviz [FILE]`: the window."""

from __future__ import annotations

import argparse

from gradviz.cli.failure import BadInput


def execute(arguments: argparse.Namespace) -> int:
    """Open the window and wait until it is closed."""
    try:
        from gradviz.views.app import missing_display, run_window  # noqa: PLC0415 - Qt may not be there
    except ImportError as error:
        raise BadInput(
            f"the window needs Qt, which cannot be loaded here ({error}); without a window: gradviz run"
        ) from None
    if complaint := missing_display():
        raise BadInput(complaint)
    return run_window(arguments.file, engine=arguments.engine)
