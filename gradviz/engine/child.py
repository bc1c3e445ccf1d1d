"""The engine as a child process: its pipes, its signals, its log.

The pipes were saved by `gradviz.__main__` before anything else was imported, so that neither a `print`
nor an `input()` in somebody's code can disturb the protocol.
"""

from __future__ import annotations

import faulthandler
import gc
import io
import logging
import os
import signal
import sys
import threading
import traceback

from gradviz.engine.events import Events
from gradviz.engine.serve import Server
from gradviz.training.warm_up import warm_up

_IDLE_SECONDS = 1.0
"""After this the first inspection is answered and nobody has pressed Train yet."""


def run(requests: int, events: int) -> int:
    """Serve the requests read from one descriptor, with events to another, and leave the process.

    An interrupt from the keyboard reaches the whole group of processes; here it is ignored, because the
    window or the command line decides what it means.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _tame_standard_streams()
    faulthandler.enable()
    source = io.open(requests, encoding="utf-8", errors="replace", newline="\n")  # noqa: SIM115, UP020
    sink = io.open(events, "w", encoding="utf-8", newline="\n")  # noqa: SIM115, UP020
    try:
        log = Events(sink)
        _send_logs(log)
        # What torch brought along is never garbage, and to walk it takes 0.12 s of an inspection or a step.
        gc.freeze()
        threading.Timer(_IDLE_SECONDS, warm_up).start()
        Server(source, log).run()
        code = 0
    except BaseException:  # noqa: BLE001 - the last stop: what follows does not unwind
        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    # Not sys.exit: whatever another thread still waits for, the engine must not outlive its window.
    os._exit(code)


class _EventHandler(logging.Handler):
    """Python's log records and warnings as events."""

    def __init__(self, events: Events) -> None:
        super().__init__()
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else record.levelname.lower()
        self._events.log(level, self.format(record).strip())


def _send_logs(events: Events) -> None:
    logging.captureWarnings(capture=True)
    logging.basicConfig(level=logging.INFO, handlers=[_EventHandler(events)], format="%(message)s")


def _tame_standard_streams() -> None:
    """Descriptor 1 is standard error by now; both show any text, and at once."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
