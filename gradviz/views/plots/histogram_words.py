"""What histograms say of the selected layer, the same in the two bars' panes and in the map."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gradviz.records.biases import has_biases
from gradviz.records.frozen import frozen_at
from gradviz.records.run import RunInfo
from gradviz.records.snapshot import Snapshot


def why_no_gradients(snapshot: Snapshot) -> str:
    """“No gradients: Linear 1 is frozen” where the selected layer is at the shown step, otherwise nothing."""
    names = tuple(layer.name for layer in snapshot.run.measured)
    layer = snapshot.layer
    if layer is None or not frozen_at(snapshot.events, names, snapshot.cursor)[layer]:
        return ""
    return QCoreApplication.translate("HistogramWords", "No gradients: {0} is frozen").format(names[layer])


def weights_word(run: RunInfo, layer: int | None) -> str:
    """What the entries of a measured layer are: “weights and biases”; “parameters” where nobody knows."""
    if layer is None or layer >= len(run.measured):
        return QCoreApplication.translate("HistogramWords", "weights")
    match has_biases(run.measured[layer], run.experiment):
        case True:
            return QCoreApplication.translate("HistogramWords", "weights and biases")
        case False:
            return QCoreApplication.translate("HistogramWords", "weights")
    return QCoreApplication.translate("HistogramWords", "parameters")
