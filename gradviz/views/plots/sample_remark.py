"""The words that say of how many entries a histogram is, and where it is of a sample, of how large a one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from gradviz.records.snapshot import Snapshot
from gradviz.views.number_format import count, percent, short_count


def sample_remark(snapshot: Snapshot) -> str:
    """“a sample, 65.3 k of 1.05 M entries” where the selected layer is sampled, otherwise nothing."""
    layer = snapshot.layer
    if snapshot.looked_at is None or layer is None:
        return ""
    text = QCoreApplication.translate("SampleRemark", "a sample, {0} of {1} entries")
    entries = snapshot.run.measured[layer].parameters
    return text.format(short_count(snapshot.looked_at), short_count(entries))


def entries_words(counts: npt.NDArray[np.integer], where: int, sample: str) -> list[str]:
    """“34 of 4,160 entries (0.82 %)” of one of `counts`; of a `sample` about so many, and of what sample."""
    total = max(int(counts.sum()), 1)
    entries = int(counts[where])
    text = QCoreApplication.translate("SampleRemark", "{0} of {1} entries ({2})")
    said = text.format(count(entries), count(total), percent(entries / total))
    if not sample:
        return [said]
    return [QCoreApplication.translate("SampleRemark", "about {0}").format(said), sample]


def entries_head(head: str, sample: str) -> str:
    """The head of a column of entries, which says what they are estimated from."""
    return f"{head} ({sample})" if sample else head
