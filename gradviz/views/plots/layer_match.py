"""Which layer of a compared run stands beside which of the shown one: the one of its name, else of its place.

Sigmoid 3 and ReLU 3 do the same work in two networks that differ in their activation, and that comparison is
the one that is made most. So where no layer of a kind of factor has a namesake, the third of that kind stands
beside the third. Where some have one, names decide alone: else one layer could stand in two places.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gradviz.records.factors import FactorKind, factor_kind

Named = Sequence[tuple[str, str]]
"""(name, kind) of every layer, in network order."""


def matched_rows(shown: Named, other: Named) -> npt.NDArray[np.intp]:
    """For each layer that is shown the index of the other run's that stands beside it; −1 where none does."""
    places = {name: at for at, (name, _) in enumerate(other)}
    rows = np.array([places.get(name, -1) for name, _ in shown], np.intp)
    here, there = _by_factor(shown), _by_factor(other)
    for factor in (FactorKind.SLOPE, FactorKind.NORMALIZATION):
        mine, theirs = here[factor], there[factor]
        if (rows[mine] < 0).all():
            count = min(len(mine), len(theirs))
            rows[mine[:count]] = theirs[:count]
    return rows


def _by_factor(layers: Named) -> dict[FactorKind, list[int]]:
    found: dict[FactorKind, list[int]] = {kind: [] for kind in FactorKind}
    for at, (_, kind) in enumerate(layers):
        found[factor_kind(kind)].append(at)
    return found
