"""What the chain rule's plot says in words and as a table: every factor once, so that they give the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from gradviz.diagnosis.blame import Blame
from gradviz.records.depth import BlockShare, ChainFactors
from gradviz.records.factors import FactorKind
from gradviz.records.layer import LayerInfo
from gradviz.records.snapshot import Snapshot
from gradviz.views.number_format import count, percent, significant
from gradviz.views.plots.plotted_values import Column, PlottedValues, measured, texts


def tr(text: str) -> str:
    """In the user's language."""
    return QCoreApplication.translate("ChainRule", text)


def number(value: float) -> str:
    """A factor or a norm; says where it is not known."""
    return tr("unknown") if np.isnan(value) else significant(float(value))


def sentence(chain: ChainFactors, judged: Blame, snapshot: Snapshot) -> str:
    """Who is to blame, at which step; and where the gradients of the shown step are not finite, that."""
    said = tr("Step {0}: {1}").format(count(chain.step), judged.sentence)
    profile = snapshot.profile
    if profile.step <= chain.step or np.isfinite(profile.values).all():
        return said
    broken = tr("At step {0} the gradients are not finite, and no factor was measured since step {1}.")
    return f"{said} {broken.format(count(profile.step), count(chain.step))}"


def layer_lines(
    chain: ChainFactors,
    row: int,
    *,
    kind: FactorKind,
    words: Mapping[FactorKind, str],
    judged: Blame,
    relative: float,
) -> list[str]:
    """A layer's gain beside what would keep a balance, the gradient behind it, and the blocks around it."""
    gain = tr("gain {0} ({1})").format(number(chain.gains[row]), words[kind])
    if kind in judged.balanced and not np.isnan(chain.gains[row]):
        gain = tr("{0}, {1} keeps a balance").format(gain, significant(judged.balanced[kind]))
    lines = [
        tr("step {0}").format(count(chain.step)),
        gain,
        tr("gradient at its output {0}").format(number(chain.output_gradients[row])),
    ]
    if not np.isnan(relative):
        lines.append(tr("relative to the last {0}").format(number(relative)))
    lines += [
        tr("{0}: one factor {1}, its layers do not count").format(join.name, number(join.gain))
        for join in chain.joins
        if row in join.layers
    ]
    return lines + [line for block in chain.blocks if row in block.layers for line in block_lines(block)]


def block_lines(block: BlockShare) -> list[str]:
    """What branch and skip of a block do; nothing where that was not measured."""
    if np.isnan(block.skip_share):
        return []
    return [
        tr("{0}: {1} over the skip").format(block.name, percent(block.skip_share)),
        tr("branch ρ {0}, skip factor {1}").format(number(block.branch_gain), number(block.skip_factor)),
    ]


def chain_table(
    chain: ChainFactors,
    layers: Sequence[LayerInfo],
    kinds: Sequence[FactorKind],
    relative: np.ndarray,
    *,
    rows: Sequence[int],
    words: Mapping[FactorKind, str],
    has_other: bool,
    others: Mapping[str, np.ndarray],
) -> PlottedValues:
    """A row for each of `rows`; with `has_other` one for each join and each block too.

    `others` are further columns of all layers: those of compared runs.

    NaN among gains is what was not measured: where gradients are not finite none is. Its cell is empty.
    Where some layers do not count, being on a skip or in a join, a column says so.
    """
    at = tr("at step {0}").format(chain.step)
    blocks = chain.blocks if has_other else ()
    joins = chain.joins if has_other else ()
    names = [layers[row].name for row in rows]
    names += [*(join.name for join in joins), *(block.name for block in blocks)]
    factors = [words[kinds[row]] for row in rows]
    factors += [*(tr("join") for _ in joins), *(tr("skip") for _ in blocks)]
    beside = [*(join.gain for join in joins), *(block.skip_factor for block in blocks)]
    columns = [
        Column(name=tr("layer"), cells=texts(names)),
        Column(name=tr("factor"), cells=texts(factors)),
        Column(name=tr("gain {0}").format(at), cells=measured(np.array([*chain.gains[rows], *beside]))),
        _of_layers(tr("gradient norm ‖∂L/∂h‖ {0}").format(at), chain.output_gradients[rows], len(beside)),
        _of_layers(tr("relative to the last layer"), relative[rows], len(beside)),
    ]
    columns += [_of_layers(name, cells[rows], len(beside)) for name, cells in others.items()]
    if chain.aside or not all(block.counts for block in chain.blocks):
        counting = [row not in chain.aside for row in rows]
        counting += [*(True for _ in joins), *(block.counts for block in blocks)]
        yes, no = tr("yes"), tr("no")
        columns.append(
            Column(name=tr("in the product"), cells=texts(yes if counts else no for counts in counting))
        )
    if blocks:
        before = len(rows) + len(joins)
        for name, cells in (
            (tr("branch ρ {0}"), [block.branch_gain for block in blocks]),
            (tr("skip share {0}"), [block.skip_share for block in blocks]),
        ):
            known = measured(np.append(np.full(before, np.nan), cells))
            columns.append(Column(name=name.format(at), cells=known))
    return PlottedValues(columns=tuple(columns))


def _of_layers(name: str, cells: np.ndarray, others: int) -> Column:
    """A column that is empty for what is no layer, or was not measured."""
    return Column(name=name, cells=measured(np.append(cells, np.full(others, np.nan))))
