"""The chain rule across depth: by what factor each layer changes the gradient on its way back.

Above the gains, marked by what they are made of, around the line at 1 where a gradient stays as it is; below
what has come of them: the gradient at every layer's output, relative to the last one's, which in a chain is
the product of all gains behind it. Where there are residual blocks, how much of it came over the skip.
"""

from __future__ import annotations

import time

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from gradviz.diagnosis.blame import blame
from gradviz.records.depth import BlockShare, ChainFactors
from gradviz.records.factors import FactorKind, factor_kind
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count, percent, significant
from gradviz.views.plots.across_depth import MARKS_UP_TO, AcrossDepth
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.edge_marks import EdgeMarks, Mark, kinds
from gradviz.views.plots.magnitude import log10
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plotted_values import Column, PlottedValues, texts
from gradviz.views.plots.slow_range import SlowRange, fifths, whole_decades
from gradviz.views.plots.switch import SYMBOLS
from gradviz.views.plots.ticks import factor_ticks, percent_ticks, vertical_power_ticks
from gradviz.views.theme import Theme

_LOOKS = {
    FactorKind.WEIGHTS: ("accent", "disc"),
    FactorKind.SLOPE: ("validation_line", "diamond"),
    FactorKind.NORMALIZATION: ("limit_line", "square"),
    FactorKind.OTHER: ("zero", "triangle"),
}
_FAINT = 0.4


class ChainRule(AcrossDepth):
    """Shows `snapshot.chain`, and says which factor is to blame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = [Axis(Side.LEFT, ticks, "") for ticks in (factor_ticks, percent_ticks)]
        axes.append(Axis(Side.LEFT, vertical_power_ticks, ""))
        super().__init__("", axes, parent)
        self.title.setText(self.tr("Chain rule"))
        self.canvas.setAccessibleName(self.tr("Factors of the chain rule across depth"))
        titles = (self.tr("gain"), self.tr("skip share"), self.tr("relative"))
        for axis, title in zip(axes, titles, strict=True):
            axis.set_title(title)
        self._gains, self._skips, self._product = self.boxes
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setContentsMargins(8, 0, 8, 4)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.below_heading(self.sentence)
        words = {
            FactorKind.WEIGHTS: (self.tr("weights"), self.tr("Show the gains of layers with weights")),
            FactorKind.SLOPE: (self.tr("slopes"), self.tr("Show the gains of activations: their slopes")),
            FactorKind.NORMALIZATION: (self.tr("norms"), self.tr("Show the gains of normalisations")),
            FactorKind.OTHER: (self.tr("other"), self.tr("Show the gains of pooling, dropout and the like")),
        }
        self._words = {kind: text for kind, (text, _) in words.items()}
        self.switches = {
            kind: self.add_legend(text, *_LOOKS[kind], tip) for kind, (text, tip) in words.items()
        }
        self._courses = {kind: pg.PlotCurveItem() for kind in FactorKind}
        self._dots = {
            kind: pg.ScatterPlotItem(symbol=SYMBOLS[_LOOKS[kind][1]], pen=None) for kind in FactorKind
        }
        for kind in reversed(FactorKind):
            self._gains.addItem(self._courses[kind], ignoreBounds=True)
            self._gains.addItem(self._dots[kind], ignoreBounds=True)
            self.switches[kind].toggled.connect(self._on_switched)
        self._balance = [self._level(box) for box in (self._gains, self._product)]
        self._segments, self._line = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._skips.addItem(self._segments, ignoreBounds=True)
        self._product.addItem(self._line, ignoreBounds=True)
        self._gain_marks, self._product_marks = EdgeMarks(self._gains), EdgeMarks(self._product)
        self._gain_range = SlowRange(fifths, (-1.0, 1.0))
        self._product_range = SlowRange(whole_decades, (-2.0, 0.0))
        self._chain: ChainFactors | None = None
        self._kinds: tuple[FactorKind, ...] = ()
        self._relative = np.empty(0)
        self.set_theme(appearance().theme)
        self.clear()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        for kind, (tone, _) in _LOOKS.items():
            colour = pg.mkColor(getattr(theme, tone))
            self._dots[kind].setBrush(pg.mkBrush(colour))
            colour.setAlphaF(_FAINT)
            self._courses[kind].setPen(pg.mkPen(colour, width=1))
        for line in self._balance:
            line.setPen(pg.mkPen(theme.secondary, width=1, style=Qt.PenStyle.DashLine))
        self._segments.setPen(pg.mkPen(theme.limit_line, width=2))
        self._line.setPen(pg.mkPen(theme.text, width=1))
        for marks in (self._gain_marks, self._product_marks):
            marks.set_theme(theme)

    def clear(self) -> None:
        """Show nothing: nothing was measured yet."""
        super().clear()
        self._chain = None
        for items in (self._courses, self._dots):
            for item in items.values():
                item.clear()
        self._segments.clear()
        self._line.clear()
        self._gain_marks.show({})
        self._product_marks.show({})
        self.sentence.setText("")
        self._show_skips(shown=False)
        self.canvas.set_quiet_line(self.tr("By what factor each layer changes the gradient on its way back"))

    def step_of(self, snapshot: Snapshot) -> int | None:
        """The step of the gains."""
        return None if snapshot.chain is None else snapshot.chain.step

    def draw(self, snapshot: Snapshot, *, fresh: bool) -> None:
        """Draw what was measured."""
        chain = snapshot.chain
        if chain is None:
            return
        self._chain = chain
        self.remark.setText(self.tr("at step {0}").format(count(chain.step)))
        if fresh:
            self._gain_range.reset()
            self._product_range.reset()
        self._kinds = tuple(factor_kind(layer.kind) for layer in self.layers)
        known = {kind for kind, gain in zip(self._kinds, chain.gains, strict=True) if not np.isnan(gain)}
        for kind, switch in self.switches.items():
            switch.setVisible(kind in known)
        self._relative = _relative(chain.output_gradients)
        judged = blame(chain.gains, self.layers, skip_factors=chain.beside, shortcut=chain.aside)
        self.sentence.setText(judged.sentence)
        self._draw_gains(chain)
        self._draw_product()
        self._draw_skips(chain.blocks)

    def card(self, row: int) -> list[str]:
        """Its gain, the gradient behind it, and what the blocks around it do."""
        chain = self._chain
        if chain is None:
            return []
        lines = [
            self.tr("step {0}").format(count(chain.step)),
            self.tr("gain {0} ({1})").format(
                _number(chain.gains[row]) or self.tr("unknown"), self._words[self._kinds[row]]
            ),
            self.tr("gradient at its output {0}").format(
                _number(chain.output_gradients[row]) or self.tr("unknown")
            ),
        ]
        if relative := _number(self._relative[row]):
            lines.append(self.tr("relative to the last {0}").format(relative))
        lines += [
            self.tr("{0}: {1} over the skip").format(block.name, percent(block.skip_share))
            for block in chain.blocks
            if row in block.layers and np.isfinite(block.skip_share)
        ]
        return lines

    def full_title(self) -> str:
        """What is shown, in words that need no tab beside them."""
        return self.tr("Chain rule across depth")

    def values(self) -> PlottedValues | None:
        """A row for each layer in sight of the kinds that are shown."""
        chain = self._chain
        if chain is None:
            return None
        rows = [row for row in self.rows_in_sight() if self.switches[self._kinds[row]].isChecked()]
        at = self.tr("at step {0}").format(chain.step)
        return PlottedValues(
            columns=(
                Column(name=self.tr("layer"), cells=texts(self.layers[row].name for row in rows)),
                Column(name=self.tr("factor"), cells=texts(self._words[self._kinds[row]] for row in rows)),
                Column(name=self.tr("gain {0}").format(at), cells=chain.gains[rows]),
                Column(
                    name=self.tr("gradient norm ‖∂L/∂h‖ {0}").format(at), cells=chain.output_gradients[rows]
                ),
                Column(name=self.tr("relative to the last layer"), cells=self._relative[rows]),
            )
        )

    def _level(self, box: PlotBox) -> pg.InfiniteLine:
        line = pg.InfiniteLine(pos=0, angle=0, movable=False)
        line.setZValue(-5)
        box.addItem(line, ignoreBounds=True)
        return line

    def _draw_gains(self, chain: ChainFactors) -> None:
        logs = log10(chain.gains)
        _fit(self._gains, self._gain_range, logs)
        size = 7 if len(logs) <= MARKS_UP_TO else 4
        of = np.array(self._kinds)
        shown = np.zeros(len(logs), bool)
        for kind, switch in self.switches.items():
            rows = np.flatnonzero((of == kind) & np.isfinite(logs))
            self._courses[kind].setData(x=rows, y=logs[rows])
            self._dots[kind].setData(x=rows, y=logs[rows], size=size)
            self._courses[kind].setVisible(switch.isChecked())
            self._dots[kind].setVisible(switch.isChecked())
            shown |= (of == kind) & switch.isChecked()
        _mark(self._gain_marks, self._gain_range, np.where(shown, chain.gains, 1))

    def _draw_product(self) -> None:
        logs = log10(self._relative)
        _fit(self._product, self._product_range, logs)
        self._line.setData(x=np.arange(len(logs)), y=logs, connect="finite")
        _mark(self._product_marks, self._product_range, self._relative)

    def _draw_skips(self, blocks: tuple[BlockShare, ...]) -> None:
        known = [block for block in blocks if block.layers and np.isfinite(block.skip_share)]
        self._show_skips(shown=bool(known))
        if not known:
            return
        x = np.array([(min(block.layers) - 0.4, max(block.layers) + 0.4) for block in known]).ravel()
        y = np.repeat([block.skip_share for block in known], 2)
        self._segments.setData(x=x, y=y, connect="pairs")
        low, high = min(0.0, float(y.min())), max(1.0, float(y.max()))
        self._skips.setYRange(low - 0.06 * (high - low), high + 0.06 * (high - low), padding=0)

    def _show_skips(self, *, shown: bool) -> None:
        """Its pane is there only where a run has residual blocks."""
        self.canvas.show_pane(self._skips, shown=shown)

    def _on_switched(self, _on: bool) -> None:
        if self._chain is not None:
            self._draw_gains(self._chain)


def _relative(gradients: np.ndarray) -> np.ndarray:
    """Over the last one that is a number above zero; NaN where there is none."""
    usable = np.flatnonzero(np.isfinite(gradients) & (gradients > 0))
    return gradients / gradients[usable[-1]] if len(usable) else np.full(len(gradients), np.nan)


def _fit(box: PlotBox, slow: SlowRange, logs: np.ndarray) -> None:
    """Let the axis have room for all of it, and for the line at 1."""
    usable = np.append(logs[np.isfinite(logs)], 0.0)
    slow.include(float(usable.min()), float(usable.max()), time.monotonic())
    margin = 0.05 * (slow.high - slow.low)
    box.setYRange(slow.low - margin, slow.high + margin, padding=0)


def _mark(marks: EdgeMarks, slow: SlowRange, values: np.ndarray) -> None:
    """Zero and infinity at the edges; NaN is what was not measured."""
    found = kinds(values)
    edges = {Mark.ZERO: slow.low, Mark.INFINITE: slow.high}
    marks.show({mark: (found[mark], np.full(len(found[mark]), edge)) for mark, edge in edges.items()})


def _number(value: float) -> str:
    """Empty where nothing is known."""
    return "" if np.isnan(value) else significant(float(value))
