"""What one thing that an experiment asks for adds to a script, each line where it belongs.

A script has only what was asked for: every concern (clipping, schedule, freezing …) adds its lines to these
lists in a file of its own, and the training loop is written from them once.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Parts:
    """Lines of a script by their place; those of the loop are indented already.

    `settings` are at its top, `definitions` before `train`. In `train`: `before` the loop, `at_step` first in
    a step, `after_backward` where gradients are there and not used yet, `after_update` where weights have
    changed, `at_validation` where an epoch has ended and was validated. `main` comes first when it is run.
    """

    settings: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    at_step: list[str] = field(default_factory=list)
    after_backward: list[str] = field(default_factory=list)
    after_update: list[str] = field(default_factory=list)
    at_validation: list[str] = field(default_factory=list)
    main: list[str] = field(default_factory=list)
    positions: bool = False
    """Whether `train` needs the list `parameters`."""
