"""Patterns of layer names: which layers one matches, and the few that match just some layers.

A pattern is as one of files: * stands for anything, ? for one character; brackets are themselves, as names
may have them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from gradviz.spec.experiment import GroupSpec


def matches(pattern: str, name: str) -> bool:
    """Whether a layer's name matches a pattern."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def matching(pattern: str, names: Sequence[str]) -> tuple[str, ...]:
    """The names that the pattern matches, in their order."""
    return tuple(name for name in names if matches(pattern, name))


def group_of(name: str, groups: Sequence[GroupSpec]) -> GroupSpec | None:
    """The first group whose pattern the layer matches: the one that counts."""
    return next((group for group in groups if matches(group.layers, name)), None)


def covering(names: Collection[str], among: Sequence[str]) -> tuple[str, ...]:
    """Few patterns that match all of `names` and none of the others in `among`.

    Of Linear 1 … Linear 12 among Linear 1 … Linear 13 these are “Linear ?”, “Linear 10” and so on; greedy, so
    there may be a shorter list. One that matches a layer too many is taken only where a name itself does, as
    one with a * in it.
    """
    wanted = [name for name in among if name in names]
    left, found = list(wanted), list[str]()
    candidates = {p: set(matching(p, among)) for name in wanted for p in _candidates(name)}
    fitting = {p: matched for p, matched in candidates.items() if matched <= set(wanted) or p in wanted}
    while left:
        best = max(fitting, key=lambda p: (len(fitting[p] & set(left)), -len(p)))
        found.append(best)
        left = [name for name in left if name not in fitting[best]]
    return tuple(found)


def with_frozen(
    groups: Sequence[GroupSpec], names: Collection[str], among: Sequence[str]
) -> tuple[GroupSpec, ...]:
    """The groups with these layers frozen; those that are frozen already stay as they are."""
    fresh = [name for name in names if not _is_frozen(name, groups)]
    frozen = tuple(GroupSpec(layers=pattern, frozen=True) for pattern in covering(fresh, among))
    return (*frozen, *groups)


def with_thawed(
    groups: Sequence[GroupSpec], names: Collection[str], among: Sequence[str]
) -> tuple[GroupSpec, ...]:
    """The groups with these layers learning: what freezes only them goes, and an exception comes first."""
    kept = tuple(g for g in groups if not (g.frozen and set(matching(g.layers, among)) <= set(names)))
    still = [name for name in names if _is_frozen(name, kept)]
    return (*(GroupSpec(layers=pattern) for pattern in covering(still, among)), *kept)


def frozen_names(groups: Sequence[GroupSpec], among: Sequence[str]) -> tuple[str, ...]:
    """The layers that do not learn from the beginning."""
    return tuple(name for name in among if _is_frozen(name, groups))


def _is_frozen(name: str, groups: Sequence[GroupSpec]) -> bool:
    group = group_of(name, groups)
    return group is not None and group.frozen


def _candidates(name: str) -> set[str]:
    """The name itself; with its number, or the end of it, left open."""
    number = re.search(r"\d+$", name)
    stem, digits = (name[: number.start()], number[0]) if number else (name, "")
    opened = {digits[:kept] + "?" * (len(digits) - kept) for kept in range(len(digits))} | {"*"}
    return {name, *(stem + end for end in opened if number)}
