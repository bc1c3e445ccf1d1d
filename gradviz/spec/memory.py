"""How much memory a machine has and training a network takes, so that nobody is surprised by either.

A network far beyond the machine is refused before the system kills us; a merely huge one is asked about.
"""

from __future__ import annotations

import os

from gradviz.spec.experiment import OptimizerSpec

HUGE = 10**9
"""Parameters from which on a network is asked about, whatever the machine."""
_FLOAT = 4
_STATES = {"SGD": 0, "RMSprop": 1, "Adagrad": 1, "ASGD": 1, "Adafactor": 0, "Muon": 1}
"""Numbers that an optimizer keeps for each weight; the others keep two."""


def machine_memory() -> int | None:
    """All memory of this machine in bytes, or None where the system does not tell (Windows)."""
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return pages * size if pages > 0 and size > 0 else None


def readable(size: float) -> str:
    """A number of bytes for people: 3.2 GB."""
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.0f} PB"


def training_bytes(parameters: int, optimizer: OptimizerSpec) -> int:
    """What weights, their gradients and the optimizer's state take together; signals come on top."""
    given = optimizer.parameters
    states = _STATES.get(optimizer.name, 2)
    states += sum(bool(given.get(more)) for more in ("amsgrad", "centered"))
    if optimizer.name in ("SGD", "RMSprop"):
        states += bool(given.get("momentum"))
    return _FLOAT * parameters * (2 + states)


def memory_question(parameters: int, optimizer: OptimizerSpec) -> str | None:
    """What to ask before such a network is trained, None where nobody would be surprised."""
    needed, there = training_bytes(parameters, optimizer), machine_memory()
    if parameters < HUGE and (there is None or needed <= there / 2):
        return None
    machine = f" This machine has {readable(there)}." if there is not None else ""
    return (
        f"The network has {parameters:,} parameters. Weights, gradients and the state of {optimizer.name} "
        f"take {readable(needed)} of memory, the signals of a batch come on top.{machine}"
    )
