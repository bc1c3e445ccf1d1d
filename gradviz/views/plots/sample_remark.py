"""The words that say that a histogram is of a sample of the entries, and how large it is."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gradviz.records.snapshot import Snapshot
from gradviz.views.number_format import short_count


def sample_remark(snapshot: Snapshot) -> str:
    """“a sample, 65.3 k of 1.05 M entries” where the selected layer is sampled, otherwise nothing."""
    layer = snapshot.layer
    if snapshot.looked_at is None or layer is None:
        return ""
    text = QCoreApplication.translate("SampleRemark", "a sample, {0} of {1} entries")
    entries = snapshot.run.measured[layer].parameters
    return text.format(short_count(snapshot.looked_at), short_count(entries))
