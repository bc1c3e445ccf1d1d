"""What histograms say of the selected layer, the same in the two bars' panes and in the map."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gradviz.records.frozen import frozen_at
from gradviz.records.snapshot import Snapshot


def why_no_gradients(snapshot: Snapshot) -> str:
    """“No gradients: Linear 1 is frozen” where the selected layer is at the shown step, otherwise nothing."""
    names = tuple(layer.name for layer in snapshot.run.measured)
    layer = snapshot.layer
    if layer is None or not frozen_at(snapshot.events, names, snapshot.cursor)[layer]:
        return ""
    return QCoreApplication.translate("HistogramWords", "No gradients: {0} is frozen").format(names[layer])
