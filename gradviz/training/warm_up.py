"""What torch loads when the first optimizer is made: its compiler, which takes longer than torch itself.

Loaded while nobody waits, it does not stand between a press on Train and the first step.
"""

from __future__ import annotations

from importlib import import_module


def warm_up() -> None:
    """Load it now; a second call costs nothing."""
    import_module("torch._dynamo")
