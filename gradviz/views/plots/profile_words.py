"""What a profile across depth says of its values: the same plot shows norms, and update ratios."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileWords:
    """What a profile is called: its title, its axis, what stands before there is a run, one value.

    `folded` is the axis where lines go through medians of so many layers; `shorter` is either in fewer words.
    """

    title: str
    axis: str
    folded: str
    shorter: tuple[str, ...] = ()
    accessible: str
    quiet: str
    value: str
    band: str
    column: str
