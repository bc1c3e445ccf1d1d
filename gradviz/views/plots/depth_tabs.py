"""The place of what goes over the layers: profile, table, updates, chain rule, activations, one at a time.

Only what is shown is drawn. A table is read and not watched, so it is written at reading speed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.records.layer import LayerInfo
from gradviz.records.snapshot import Snapshot
from gradviz.views.layer_table.frame import LayerTable
from gradviz.views.plots.across_depth import AcrossDepth
from gradviz.views.plots.activation_shares import ActivationShares
from gradviz.views.plots.chain_rule import ChainRule
from gradviz.views.plots.depth_profile import DepthProfile
from gradviz.views.plots.plot_tabs import PlotTabs
from gradviz.views.plots.time_tab import TimeTab
from gradviz.views.plots.update_profile import UpdateProfile
from gradviz.views.throttle import Throttle

READING_S = 0.25
"""Numbers change no faster than they can be read."""


class DepthTabs(PlotTabs):
    """Holds the plots across depth."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.profile = DepthProfile(self)
        self.updates = UpdateProfile(self)
        self.layers = LayerTable(self)
        self.chain = ChainRule(self)
        self.activations = ActivationShares(self)
        self.add(
            "profile", self.profile, self.tr("Profile"), self.tr("Gradient norms of all layers as a line")
        )
        self.add(
            "layers", self.layers, self.tr("Layers"), self.tr("All layers as a table that can be sorted")
        )
        self.add(
            "updates",
            self.updates,
            self.tr("Updates"),
            self.tr("How far a step moves each layer’s weights, relative to their size"),
        )
        self.add(
            "chain",
            self.chain,
            self.tr("Chain rule"),
            self.tr("By what factor each layer changes the gradient, and which is to blame"),
        )
        self.add(
            "activations",
            self.activations,
            self.tr("Activations"),
            self.tr("How much of each layer’s output is zero, dead or saturated"),
        )
        self.time = TimeTab(self)
        self._last: Snapshot | None = None
        self._table_soon = Throttle(self._draw_table, round(READING_S * 1000), self)

    def show_layers(self, names: Sequence[str], layers: Sequence[LayerInfo]) -> None:
        """Show empty plots of a run that is to come; `layers` are what the table tells of them."""
        self._last = None
        self.profile.show_layers(names)
        self.updates.show_layers(names)
        self.layers.show_layers(layers)
        self.chain.clear()
        self.activations.clear()
        self.time.show_empty()

    def show_snapshot(self, snapshot: Snapshot, *, reads: bool) -> None:
        """Draw the one that is shown; its numbers only where `reads`."""
        self._last = snapshot
        shown = self.current
        self.time.show_snapshot(snapshot)
        if shown is self.layers:
            self._table_soon()
        elif shown is self.updates:
            self.updates.show_snapshot(snapshot)
            if reads and snapshot.update_ratio is not None:
                self.updates.show_step(snapshot.update_ratio[0], exact=True)
        elif shown is self.profile:
            self.profile.show_snapshot(snapshot)
            if reads:
                self.profile.show_step(snapshot.profile.step, exact=snapshot.exact)
        elif shown is self.chain or shown is self.activations:
            shown.show_snapshot(snapshot)

    def show_compared(self, runs: Sequence[ComparedRun], *, seen: bool) -> None:
        """Draw other runs beside the shown one, where they are `seen`."""
        shown = self.current
        if seen and isinstance(shown, DepthProfile | AcrossDepth):
            shown.show_compared(runs)

    def select_layer(self, index: int | None) -> None:
        """Emphasise that layer in all of them."""
        for plot in (self.profile, self.updates, self.chain, self.activations, self.layers):
            plot.select_layer(index)

    def set_axis_width(self, width: float) -> None:
        """Give the left axes that width."""
        self.time.set_axis_width(width)
        for plot in (self.profile, self.updates, self.chain, self.activations):
            plot.canvas.set_axis_width(width)

    def _draw_table(self) -> None:
        if self._last is not None and self.current is self.layers:
            self.layers.show_snapshot(self._last)
