"""Where the program starts: as the engine with the fewest imports, else as the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments (the process's own by default); returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["engine"]:
        requests, events = _save_pipes()
        from gradviz.engine.child import run  # noqa: PLC0415 - only now may anything else be imported

        return run(requests, events)
    from gradviz.cli.main import main as command_line  # noqa: PLC0415 - the engine does not need it

    return command_line(arguments)


def _save_pipes() -> tuple[int, int]:
    """Take the protocol's pipes away from everybody else: (requests, events).

    What is printed goes to standard error from here on, and who asks for input finds its end.
    """
    requests, events = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests, events


if __name__ == "__main__":
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()
    sys.exit(main())
