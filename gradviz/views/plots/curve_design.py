"""What plots over the steps show, as data: families of panes, panes of lines, lines of recorded quantities.

A run has those panes for which it recorded something; a plot is made for just these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QCoreApplication

from gradviz.records.snapshot import Snapshot
from gradviz.views.number_format import percent, significant


class Scale(Enum):
    """How a pane's axis counts."""

    NUMBER = "number"
    """From zero to what there is."""
    SHARE = "share"
    """From 0 to 100 %."""
    POWER = "power"
    """Powers of ten."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One recorded quantity in a pane.

    `tone` is a colour of the theme, `label` what stands at the line's end where there are many. A `sampled`
    one is measured now and then and has dots; `spread` names the quantities that bound a band around it. Of
    one that is `averaged` over so many steps the trailing mean is drawn. `row` finds the one measured layer
    that it tells of, which may be always the same `layer`, or the `selected` one: while that is frozen, a
    zero is no fault.
    """

    quantity: str
    name: str
    tone: str
    sampled: bool = False
    spread: tuple[str, str] | None = None
    averaged: int = 1
    label: str = ""
    dashed: bool = False
    row: Callable[[Snapshot], int | None] | None = None
    layer: int | None = None
    selected: bool = False

    def row_in(self, snapshot: Snapshot) -> int | None:
        """The measured layer that it tells of."""
        if self.selected:
            return snapshot.layer
        return self.layer if self.row is None else self.row(snapshot)

    def name_in(self, snapshot: Snapshot) -> str:
        """What it is called: the layer that is selected now, where it tells of that."""
        row = snapshot.layer if self.selected else None
        return self.name if row is None else snapshot.run.measured[row].name


@dataclass(frozen=True, kw_only=True, slots=True)
class Pane:
    """Lines over one axis; `worded` says a value; a dashed line stands at the value `guide`.

    The axis reaches to `least` at least. `each` says what a line is, above their labels where there are many.
    """

    name: str
    title: str
    lines: tuple[Line, ...]
    scale: Scale = Scale.NUMBER
    stretch: int = 2
    worded: Callable[[float], str] = significant
    guide: float | None = None
    least: float = -math.inf
    each: str = ""

    def of(self, recorded: Iterable[str]) -> Pane | None:
        """The pane with those of its lines that were recorded; None where there are none.

        A line that is measured now and then is kept beside others, as it will come.
        """
        known = frozenset(recorded)
        if not any(line.quantity in known for line in self.lines):
            return None
        lines = tuple(line for line in self.lines if line.sampled or line.quantity in known)
        return replace(self, lines=lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Panes that belong into one plot; it is there for runs that recorded any of `needs`.

    `tab` is its short name; one that is `named_by_panes` is called after those that there are, in its name
    and while it is `quiet`. `remark` stands beside the name and says how it is read, `explained` says all of
    it to the pointer; one that `counts` says there instead how often it was measured, where that is seldom.
    `wants` names what has to be read through time for it (`snapshot.HISTORIES`), while it is shown.
    `remarked` makes the remark of what is shown; one that does not `compares` leaves other runs out, one with
    more lines `beside` draws the ratios of all selected layers, and one that does not `switches` has its
    legend in the margin alone.
    """

    key: str
    name: str
    tab: str
    tip: str
    quiet: str
    panes: tuple[Pane, ...]
    needs: frozenset[str]
    named_by_panes: bool = False
    remark: str = ""
    explained: str = ""
    counts: bool = False
    wants: frozenset[str] = frozenset()
    remarked: Callable[[Snapshot], str] | None = None
    compares: bool = True
    beside: bool = False
    switches: bool = True

    def of(self, recorded: Iterable[str]) -> Family | None:
        """The family with the panes that have something; None where nothing of its needs was recorded."""
        known = frozenset(recorded)
        panes = tuple(found for pane in self.panes if (found := pane.of(known)) is not None)
        if not panes or not self.needs & known:
            return None
        name = _listed([pane.name for pane in panes]) if self.named_by_panes else self.name
        return replace(self, name=name, quiet=self.quiet.format(name), panes=panes)


def degrees(value: float) -> str:
    """An angle: 12.3°."""
    return f"{significant(value)}°"


def families() -> tuple[Family, ...]:
    """All of them, in the order of their tabs."""
    return (_learning(), _updates(), _clipping(), _rates())


def _listed(names: list[str]) -> str:
    """“Loss and accuracy”."""
    text = _tr("{0} and {1}").format(", ".join(names[:-1]), names[-1]) if len(names) > 1 else names[0]
    return text[0].upper() + text[1:]


def _learning() -> Family:
    training, validation = _tr("training"), _tr("validation")
    return Family(
        key="learning",
        name=_tr("Loss and accuracy"),
        tab=_tr("Loss"),
        tip=_tr("How well the network does on training and validation data"),
        quiet=_tr("{0} on training and validation data"),
        needs=frozenset({"train_loss"}),
        named_by_panes=True,
        panes=(
            Pane(
                name=_tr("loss"),
                title=_tr("loss"),
                stretch=3,
                lines=(
                    Line(quantity="train_loss", name=training, tone="train_line"),
                    Line(quantity="val_loss", name=validation, tone="validation_line", sampled=True),
                ),
            ),
            Pane(
                name=_tr("accuracy"),
                title=_tr("accuracy"),
                scale=Scale.SHARE,
                worded=percent,
                lines=(
                    Line(quantity="train_accuracy", name=training, tone="train_line"),
                    Line(quantity="val_accuracy", name=validation, tone="validation_line", sampled=True),
                ),
            ),
            Pane(
                name=_tr("perplexity"),
                title=_tr("perplexity"),
                lines=(
                    Line(quantity="val_perplexity", name=validation, tone="validation_line", sampled=True),
                ),
            ),
        ),
    )


USUAL_RATIO = 1e-3
"""A step moves weights by about a thousandth of their norm where training goes well (Karpathy, CS231n)."""


def _updates() -> Family:
    return Family(
        key="updates",
        name=_tr("Update ratio"),
        tab=_tr("Update ratio"),
        tip=_tr("How far each step moves the weights, relative to their size"),
        quiet=_tr("‖Δw‖ / ‖w‖ of the selected layer and of all over the steps"),
        remark=_tr("band: all · dashed: usual"),
        explained=_tr(
            "The band spans all layers. About 1e-3, dashed, is usual; far less hardly learns, far more jumps "
            "about. The line is dotted where nothing was measured for long."
        ),
        counts=True,
        needs=frozenset({"update_ratio"}),
        wants=frozenset({"update_ratio"}),
        beside=True,
        panes=(
            Pane(
                name=_tr("update ratio"),
                title=_tr("‖Δw‖ / ‖w‖"),
                scale=Scale.POWER,
                guide=USUAL_RATIO,
                lines=(
                    Line(
                        quantity="update_ratio_layer",
                        name=_tr("layer"),
                        tone="train_line",
                        sampled=True,
                        selected=True,
                    ),
                    Line(
                        quantity="update_ratio_median",
                        name=_tr("median"),
                        tone="validation_line",
                        sampled=True,
                        spread=("update_ratio_low", "update_ratio_high"),
                    ),
                ),
            ),
        ),
    )


def _clipping() -> Family:
    return Family(
        key="clipping",
        name=_tr("Clipping"),
        tab=_tr("Clipping"),
        tip=_tr("How often and how far clipping changes the gradient"),
        quiet=_tr("What clipping does to the gradient of all layers together"),
        needs=frozenset({"clip_factor"}),
        panes=(
            Pane(
                name=_tr("gradient norm"),
                title=_tr("‖∂L/∂W‖₂"),
                scale=Scale.POWER,
                stretch=3,
                lines=(
                    Line(quantity="global_norm", name=_tr("before"), tone="train_line"),
                    Line(quantity="global_norm_clipped", name=_tr("after"), tone="validation_line"),
                    Line(quantity="clip_threshold", name=_tr("threshold"), tone="limit_line"),
                ),
            ),
            Pane(
                name=_tr("share of clipped steps"),
                title=_tr("clipped"),
                scale=Scale.SHARE,
                worded=percent,
                lines=(Line(quantity="clipped", name=_tr("of last 50"), tone="train_line", averaged=50),),
            ),
            Pane(
                name=_tr("angle"),
                title=_tr("angle / °"),
                worded=degrees,
                least=1.0,
                lines=(Line(quantity="clip_angle", name=_tr("turned by"), tone="train_line"),),
            ),
        ),
    )


def _rates() -> Family:
    return Family(
        key="rates",
        name=_tr("Rates"),
        tab=_tr("Rates"),
        tip=_tr("Learning rate, weight of the penalties, and the scale of a loss in float16"),
        quiet=_tr("Learning rate, penalties and loss scale over the steps"),
        needs=frozenset({"penalty_ratio", "loss_scale", "learning_rate"}),
        panes=(
            Pane(
                name=_tr("learning rate"),
                title=_tr("rate"),
                lines=(Line(quantity="learning_rate", name=_tr("learning rate"), tone="train_line"),),
            ),
            Pane(
                name=_tr("penalty ratio"),
                title=_tr("penalty"),
                scale=Scale.POWER,
                lines=(Line(quantity="penalty_ratio", name=_tr("of ‖∇loss‖"), tone="train_line"),),
            ),
            Pane(
                name=_tr("loss scale"),
                title=_tr("scale"),
                scale=Scale.POWER,
                lines=(Line(quantity="loss_scale", name=_tr("loss scale"), tone="train_line"),),
            ),
            Pane(
                name=_tr("skipped steps"),
                title=_tr("skipped"),
                scale=Scale.SHARE,
                worded=percent,
                stretch=1,
                lines=(
                    Line(quantity="skipped_step", name=_tr("of last 50"), tone="train_line", averaged=50),
                ),
            ),
        ),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("StepCurves", text)
