"""What a recorder appends at every step: the series of a run, by quantity and width."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.probes.clip_report import CLIP_SERIES
from gradviz.records.layer import LayerInfo
from gradviz.records.parts import PART_NORM, LayerParts, width_of
from gradviz.records.run import SeriesInfo


def recorded_series(
    layers: Sequence[LayerInfo],
    *,
    clipping: bool,
    accuracy: bool = True,
    noted: Sequence[str] = (),
    parts: Sequence[LayerParts] = (),
) -> tuple[SeriesInfo, ...]:
    """What a recorder of these layers and their parts appends at every step, for the RunInfo.

    `noted` are quantities of one number that the loop itself knows and hands to `Recorder.note`.
    """
    measured = sum(1 for layer in layers if layer.parameters)
    widths = {"train_loss": 1, **({"train_accuracy": 1} if accuracy else {}), "grad_norm": measured}
    widths["global_norm"] = 1
    if parts:
        widths[PART_NORM] = width_of(parts)
    if clipping:
        widths |= {"grad_norm_clipped": measured, "global_norm_clipped": 1}
        widths |= dict.fromkeys((*CLIP_SERIES, "clipped"), 1)
    widths |= dict.fromkeys(noted, 1)
    return tuple(SeriesInfo(quantity=quantity, width=width) for quantity, width in widths.items())
