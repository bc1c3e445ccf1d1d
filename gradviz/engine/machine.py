"""What this machine offers: devices to train on, threads for torch.

The window keeps one core: one that has to share it with the training loop draws unevenly and slows the
loop as well.
"""

from __future__ import annotations

import os

import torch

THREADS_VARIABLE = "GRADVIZ_THREADS"


def devices() -> tuple[str, ...]:
    """The devices that an experiment may name, the default first."""
    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def thread_count() -> int:
    """All cores but one for torch; GRADVIZ_THREADS overrides it. Raises ValueError for a bad one."""
    chosen = os.environ.get(THREADS_VARIABLE)
    if not chosen:
        return max(1, _cores() - 1)
    if not chosen.isdecimal() or int(chosen) < 1:
        raise ValueError(f"{THREADS_VARIABLE} is “{chosen}”; it must be a whole number, at least 1")
    return int(chosen)


def use_threads() -> None:
    """Give torch its threads, as many in the window's engine as on the command line: results depend on it."""
    torch.set_num_threads(thread_count())


def _cores() -> int:
    """The cores that this process may run on: fewer than the machine's in a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
