"""The chain rule across depth: by what factor each layer changes the gradient on its way back.

Above the gains, marked by what they are made of, around the line at 1 where a gradient stays as it is, with
dots at what would keep a balance; below what has come of them: the gradient at every layer's output, relative
to the last one's, which in a chain is the product of all gains behind it. Joins and skips are further factors
there. Where there are residual blocks, how much of the gradient came over the skip, and what the branch made.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.diagnosis.blame import Blame, blame_of_chain
from gradviz.records.depth import BlockShare, ChainFactors
from gradviz.records.factors import FactorKind, factor_kind
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count
from gradviz.views.plots.across_depth import AcrossDepth, mark_size
from gradviz.views.plots.axis import Axis, Side
from gradviz.views.plots.canvas import plot_font
from gradviz.views.plots.chain_points import beside, beside_factors, fit, mark, relative, spans
from gradviz.views.plots.chain_words import chain_table, layer_lines, number, sentence, tr
from gradviz.views.plots.edge_marks import EdgeMarks, Mark
from gradviz.views.plots.ink import faint
from gradviz.views.plots.legend_sample import SYMBOLS
from gradviz.views.plots.magnitude import log10
from gradviz.views.plots.plain_items import PlainCurve, PlainLine, PlainMarks
from gradviz.views.plots.plot_box import PlotBox
from gradviz.views.plots.plotted_values import PlottedValues
from gradviz.views.plots.run_items import RunItems, hollow_marks, thin_line
from gradviz.views.plots.slow_range import SlowRange, fifths, whole_decades
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
        self.remark.hide()  # the sentence names the step, however narrow the row of switches is
        self.legend.addStretch(1)
        words = {
            FactorKind.WEIGHTS: (self.tr("weights"), self.tr("Show the gains of layers with weights")),
            FactorKind.SLOPE: (self.tr("slopes"), self.tr("Show the gains of activations: their slopes")),
            FactorKind.NORMALIZATION: (self.tr("norms"), self.tr("Show the gains of normalisations")),
            FactorKind.OTHER: (
                self.tr("other"),
                self.tr("Show pooling, joins, skips and so on, and branches ρ"),
            ),
        }
        self._words = {kind: text for kind, (text, _) in words.items()}
        self.switches = {
            kind: self.add_legend(text, *_LOOKS[kind], tip) for kind, (text, tip) in words.items()
        }
        self._courses = {kind: PlainCurve() for kind in FactorKind}
        self._dots = {kind: PlainMarks(symbol=SYMBOLS[_LOOKS[kind][1]], pen=None) for kind in FactorKind}
        for kind in reversed(FactorKind):
            self._gains.addItem(self._courses[kind], ignoreBounds=True)
            self._gains.addItem(self._dots[kind], ignoreBounds=True)
            self.switches[kind].toggled.connect(self._on_switched)
        self.branch_label = pg.TextItem(anchor=(0, 0.5))
        self.branch_label.setFont(plot_font())
        self._gains.addItem(self.branch_label, ignoreBounds=True)
        self._balance = [self._level(box) for box in (self._gains, self._product)]
        self._balanced = {kind: self._level(self._gains) for kind in FactorKind}
        self._segments, self._branches, self._line = (PlainCurve() for _ in range(3))
        self._skips.addItem(self._segments, ignoreBounds=True)
        self._gains.addItem(self._branches, ignoreBounds=True)
        self._product.addItem(self._line, ignoreBounds=True)
        self._gain_marks, self._product_marks = EdgeMarks(self._gains), EdgeMarks(self._product)
        self._gain_range = SlowRange(fifths, (-1.0, 1.0))
        self._product_range = SlowRange(whole_decades, (-2.0, 0.0))
        self._of_runs: dict[str, RunItems] = {
            **{kind: RunItems(self._gains, hollow_marks(SYMBOLS[look[1]])) for kind, look in _LOOKS.items()},
            "skips": RunItems(self._skips, thin_line("pairs")),
            "relative": RunItems(self._product, thin_line()),
        }
        self._chain: ChainFactors | None = None
        self._judged: Blame | None = None
        self._kept_for = -1
        self._kinds: tuple[FactorKind, ...] = ()
        self._relative = np.empty(0)
        self.set_theme(appearance().theme)
        self.clear()

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        super().set_theme(theme)
        for kind, (tone, _) in _LOOKS.items():
            self._dots[kind].setBrush(pg.mkBrush(getattr(theme, tone)))
            colour = faint(getattr(theme, tone), theme.panel, _FAINT)
            self._courses[kind].setPen(pg.mkPen(colour, width=1))
            self._balanced[kind].setPen(pg.mkPen(colour, width=1, style=Qt.PenStyle.DotLine))
        for line in self._balance:
            line.setPen(pg.mkPen(theme.secondary, width=1, style=Qt.PenStyle.DashLine))
        self._segments.setPen(pg.mkPen(theme.limit_line, width=2))
        self.branch_label.setText("ρ", color=theme.secondary)
        self._branches.setPen(pg.mkPen(theme.secondary, width=2))
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
        for item in (self._segments, self._branches, self._line):
            item.clear()
        self.branch_label.hide()
        for line in self._balanced.values():
            line.hide()
        self._gain_marks.show({})
        self._product_marks.show({})
        self.sentence.setText("")
        self.sentence.setMinimumHeight(0)
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
        known |= {FactorKind.OTHER} if len(beside(chain)[0]) else set()
        for kind, switch in self.switches.items():
            switch.setVisible(kind in known)
        self._relative = relative(chain.output_gradients)
        self._judged = blame_of_chain(chain, snapshot.run)
        self._draw_gains(chain)
        self._draw_product()
        self._draw_skips(chain.blocks)

    def tell(self, snapshot: Snapshot) -> None:
        """Who is to blame at which step, and that there is nothing newer where the gradients broke since."""
        if self._chain is not None and self._judged is not None:
            self.sentence.setText(sentence(self._chain, self._judged, snapshot))
            self._keep_room()

    def _keep_room(self) -> None:
        """Keep the lines that a sentence took: with each that is shorter the panes would jump up and down."""
        width = self.sentence.width()
        kept = self.sentence.minimumHeight() if width == self._kept_for else 0
        self._kept_for = width
        self.sentence.setMinimumHeight(max(kept, self.sentence.heightForWidth(width)))

    def card(self, row: int) -> list[str]:
        """Its gain, the gradient behind it, what the blocks around it do, and its gain in other runs."""
        chain, judged = self._chain, self._judged
        if chain is None or judged is None:
            return []
        lines = layer_lines(
            chain,
            row,
            kind=self._kinds[row],
            words=self._words,
            judged=judged,
            relative=float(self._relative[row]),
        )
        for run in self.runs_on():
            if run.chain is not None and not np.isnan(gain := self.of_run(run, run.chain.gains)[row]):
                lines.append(self.tr("{0}: gain {1}").format(self.name_of_run(run, row), number(gain)))
        return lines

    def items_of_runs(self) -> Sequence[RunItems]:
        """Marks of each kind of gain, segments of skips, and lines of what has come of them."""
        return tuple(self._of_runs.values())

    def draw_runs(self, theme: Theme) -> None:
        """Draw the compared runs' gains where they have layers that stand beside these."""
        rows = np.arange(len(self.layers))
        of = np.array(self._kinds)
        gains, arriving, skips = {}, {}, {}
        for run in self.compared:
            if run.chain is None or not len(rows) or len(of) != len(rows):
                continue
            gains[run.id] = (rows, log10(self.of_run(run, run.chain.gains)))
            arriving[run.id] = _known(rows, log10(self.of_run(run, relative(run.chain.output_gradients))))
            skips[run.id] = self._skips_of(run)
        for kind, switch in self.switches.items():
            shown = (of == kind) & switch.isChecked()
            points = {key: (x, np.where(shown, y, np.nan)) for key, (x, y) in gains.items()}
            self._of_runs[kind].show(self.compared, points, theme)
        self._of_runs["relative"].show(self.compared, arriving, theme)
        self._of_runs["skips"].show(self.compared, skips, theme)
        if self._chain is not None:
            self._fit_gains(self._chain)
            self._mark_gains(self._chain)
            self._fit_product()

    def forget_ranges(self) -> None:
        """Let both axes go only as far as what is drawn from now on."""
        self._gain_range.reset()
        self._product_range.reset()

    def full_title(self) -> str:
        """What is shown, in words that need no tab beside them."""
        return self.tr("Chain rule across depth")

    def values(self) -> PlottedValues | None:
        """A row for each layer in sight of the kinds that are shown, and for joins and blocks."""
        chain = self._chain
        if chain is None:
            return None
        rows = [row for row in self.rows_in_sight() if self.switches[self._kinds[row]].isChecked()]
        return chain_table(
            chain,
            self.layers,
            self._kinds,
            self._relative,
            rows=rows,
            words=self._words,
            has_other=self.switches[FactorKind.OTHER].isChecked(),
            others={
                f"{run.name}: {word}": self.of_run(run, values)
                for run in self.runs_on()
                if run.chain is not None
                for word, values in (
                    (tr("gain {0}").format(tr("at step {0}").format(run.chain.step)), run.chain.gains),
                    (tr("relative to the last layer"), relative(run.chain.output_gradients)),
                )
            },
        )

    def _level(self, box: PlotBox) -> PlainLine:
        line = PlainLine(pos=0, angle=0, movable=False)
        line.setZValue(-5)
        box.addItem(line, ignoreBounds=True)
        return line

    def _draw_gains(self, chain: ChainFactors) -> None:
        logs = log10(chain.gains)
        self._fit_gains(chain)
        size = mark_size(len(logs))
        of = np.array(self._kinds)
        beside_x, beside_y = beside(chain)
        balanced = {} if self._judged is None else self._judged.balanced
        for kind, switch in self.switches.items():
            rows = np.flatnonzero((of == kind) & np.isfinite(logs))
            x, y = rows.astype(float), logs[rows]
            self._courses[kind].setData(x=x, y=y)
            if kind is FactorKind.OTHER:  # of joins and skips, which stand for several layers: no line
                x, y = np.append(x, beside_x), np.append(y, beside_y)
            self._dots[kind].setData(x=x, y=y, size=size)
            self._courses[kind].setVisible(switch.isChecked())
            self._dots[kind].setVisible(switch.isChecked())
            level = float(np.log10(balanced.get(kind, 1.0)))
            self._balanced[kind].setValue(level)
            self._balanced[kind].setVisible(level != 0 and switch.isChecked())
        known = [block for block in chain.blocks if block.layers and block.branch_gain > 0]
        other = self.switches[FactorKind.OTHER].isChecked()
        x, y = spans(known, log10(np.array([block.branch_gain for block in known])))
        self._branches.setData(x=x, y=y, connect="pairs")
        self._branches.setVisible(other)
        self.branch_label.setVisible(other and bool(known))
        if known:
            self.branch_label.setPos(x[-1], y[-1])
        self._mark_gains(chain)

    def _mark_gains(self, chain: ChainFactors) -> None:
        """What has no place on the axis stands at its edges."""
        shown = [self.switches[kind].isChecked() for kind in self._kinds]
        mark(self._gain_marks, self._gain_range, np.where(shown, chain.gains, 1), self._broken_beside(chain))

    def _broken_beside(self, chain: ChainFactors) -> dict[Mark, list[float]]:
        """Where joins and skips have factors with no place on the axis: a branch of zeros has one of Inf."""
        if not self.switches[FactorKind.OTHER].isChecked():
            return {}
        factors = beside_factors(chain)
        return {
            Mark.ZERO: [place for place, factor in factors if factor == 0],
            Mark.INFINITE: [place for place, factor in factors if np.isinf(factor)],
        }

    def _fit_gains(self, chain: ChainFactors) -> None:
        others = [self.of_run(run, run.chain.gains) for run in self.runs_on() if run.chain is not None]
        branches = [block.branch_gain for block in chain.blocks]
        fit(
            self._gains,
            self._gain_range,
            np.concatenate([log10(np.concatenate([chain.gains, branches, *others])), beside(chain)[1]]),
        )

    def _fit_product(self) -> None:
        others = [
            self.of_run(run, relative(run.chain.output_gradients))
            for run in self.runs_on()
            if run.chain is not None
        ]
        fit(self._product, self._product_range, log10(np.concatenate([self._relative, *others])))
        mark(self._product_marks, self._product_range, self._relative)

    def _draw_product(self) -> None:
        logs = log10(self._relative)
        self._fit_product()
        self._line.setData(x=np.arange(len(logs)), y=logs, connect="finite")

    def _draw_skips(self, blocks: tuple[BlockShare, ...]) -> None:
        known = [block for block in blocks if block.layers and np.isfinite(block.skip_share)]
        self._show_skips(shown=bool(known))
        if not known:
            return
        x, y = spans(known, np.array([block.skip_share for block in known]))
        self._segments.setData(x=x, y=y, connect="pairs")
        low, high = min(0.0, float(y.min())), max(1.0, float(y.max()))
        self._skips.setYRange(low - 0.06 * (high - low), high + 0.06 * (high - low), padding=0)

    def _skips_of(self, run: ComparedRun) -> tuple[np.ndarray, np.ndarray]:
        """The skip shares of a compared run's blocks, where the blocks' layers are here."""
        rows = {at: row for row, at in enumerate(self.beside(run).tolist())}
        blocks = () if run.chain is None else run.chain.blocks
        x, y = [], []
        for block in blocks:
            here = [rows[at] for at in block.layers if at in rows]
            if here and np.isfinite(block.skip_share):
                x += [min(here) - 0.4, max(here) + 0.4]
                y += [block.skip_share] * 2
        return np.array(x), np.array(y)

    def _show_skips(self, *, shown: bool) -> None:
        """Its pane is there only where a run has residual blocks."""
        self.canvas.show_pane(self._skips, shown=shown)

    def _on_switched(self, _on: bool) -> None:
        if self._chain is not None:
            self._draw_gains(self._chain)
            self.redraw_runs(appearance().theme)


def _known(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Only what is known: the line of a run that lacks some of the layers goes on over them."""
    usable = ~np.isnan(y)
    return x[usable], y[usable]
