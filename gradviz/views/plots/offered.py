"""The plots, in the order of their tabs; each is imported when it is first shown."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QWidget

from gradviz.views.plots.arrangement import Place
from gradviz.views.plots.curve_design import Family, families
from gradviz.views.plots.part_design import gates, heads
from gradviz.views.plots.plot_view import PlotView
from gradviz.views.plots.registry import Recorded, plot

TEXT, TIME = "text sample", "time gradient"
"""What a run has that is not a quantity: generated text, gradients through time."""


@plot(
    "flow",
    Place.TOP_LEFT,
    QT_TRANSLATE_NOOP("Plots", "Gradient flow"),
    QT_TRANSLATE_NOOP("Plots", "Gradient norms of all layers over all steps, as a map"),
)
def _flow(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.flow_map import FlowMap  # noqa: PLC0415 - when it is shown

    return FlowMap(parent)


def _curves(family: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.step_curves import StepCurves  # noqa: PLC0415

    if not isinstance(family, Family):
        raise TypeError("curves are made of a family")
    return StepCurves(family, parent)


def curves_key(family: str) -> str:
    """The key of the plot of that family of curves."""
    return f"curves.{family}"


def _part(family: Family) -> Callable[[Recorded], Hashable | None]:
    return family.of


for _family in (*families(), gates(), heads()):
    plot(curves_key(_family.key), Place.BOTTOM_LEFT, _family.tab, _family.tip, _part(_family))(_curves)


@plot(
    "text",
    Place.BOTTOM_LEFT,
    QT_TRANSLATE_NOOP("Plots", "Text"),
    QT_TRANSLATE_NOOP("Plots", "What the network writes after each validation"),
    lambda recorded: "" if TEXT in recorded else None,
)
def _text(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.generated_text import GeneratedText  # noqa: PLC0415

    return GeneratedText(parent)


@plot(
    "profile",
    Place.TOP_RIGHT,
    QT_TRANSLATE_NOOP("Plots", "Profile"),
    QT_TRANSLATE_NOOP("Plots", "Gradient norms of all layers as a line"),
)
def _profile(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.depth_profile import DepthProfile  # noqa: PLC0415

    return DepthProfile(parent)


@plot(
    "layers",
    Place.TOP_RIGHT,
    QT_TRANSLATE_NOOP("Plots", "Layers"),
    QT_TRANSLATE_NOOP("Plots", "All layers as a table that can be sorted"),
)
def _layers(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.layer_table.frame import LayerTable  # noqa: PLC0415

    return LayerTable(parent)


@plot(
    "updates",
    Place.TOP_RIGHT,
    QT_TRANSLATE_NOOP("Plots", "Updates"),
    QT_TRANSLATE_NOOP("Plots", "How far a step moves each layer’s weights, relative to their size"),
)
def _updates(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.update_profile import UpdateProfile  # noqa: PLC0415

    return UpdateProfile(parent)


@plot(
    "chain",
    Place.TOP_RIGHT,
    QT_TRANSLATE_NOOP("Plots", "Chain rule"),
    QT_TRANSLATE_NOOP("Plots", "By what factor each layer changes the gradient, and which is to blame"),
)
def _chain(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.chain_rule import ChainRule  # noqa: PLC0415

    return ChainRule(parent)


@plot(
    "activations",
    Place.TOP_RIGHT,
    QT_TRANSLATE_NOOP("Plots", "Activations"),
    QT_TRANSLATE_NOOP("Plots", "How much of each layer’s output is zero, dead or saturated"),
)
def _activations(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.activation_shares import ActivationShares  # noqa: PLC0415

    return ActivationShares(parent)


@plot(
    "time",
    Place.TOP_RIGHT,
    QT_TRANSLATE_NOOP("Plots", "Time"),
    QT_TRANSLATE_NOOP(
        "Plots", "Gradient norms at every position of a sequence, in the selected recurrent layer"
    ),
    lambda recorded: "" if TIME in recorded else None,
)
def _time(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.through_time import ThroughTime  # noqa: PLC0415

    return ThroughTime(parent)


@plot(
    "histograms",
    Place.BOTTOM_RIGHT,
    QT_TRANSLATE_NOOP("Plots", "Histograms"),
    QT_TRANSLATE_NOOP("Plots", "The entries of the selected layer at the shown step"),
)
def _histograms(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.histogram_view import HistogramView  # noqa: PLC0415

    return HistogramView(parent)


@plot(
    "map",
    Place.BOTTOM_RIGHT,
    QT_TRANSLATE_NOOP("Plots", "Map"),
    QT_TRANSLATE_NOOP("Plots", "The histograms of the selected layer through time"),
)
def _map(_variant: Hashable, parent: QWidget) -> PlotView:
    from gradviz.views.plots.histogram_map import HistogramMap  # noqa: PLC0415

    return HistogramMap(parent)
