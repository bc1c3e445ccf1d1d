"""What the run says about the shown layers: the colour code and the gradient norm of each.

Codes, colour map and limits are the flow map's, so that a colour means the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from gradviz.views.plots.magnitude import INFINITE, NAN, NOTHING, ZERO, Codes, encode, lookup_table
from gradviz.views.theme import LIGHT, Theme

_SPECIAL = (ZERO, INFINITE, NAN)


class Colouring:
    """Arrays over the inspection's measured layers; NOTHING where the run has no such layer."""

    def __init__(self) -> None:
        self.codes: Codes = np.empty(0, np.uint8)
        self.values: npt.NDArray[np.floating] = np.empty(0, np.float32)
        self.step = -1
        self.resting: npt.NDArray[np.bool_] = np.empty(0, bool)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Colours of that theme; what is not known is as quiet as a line."""
        table = lookup_table(theme)
        nothing = QColor(theme.field_line)
        table[NOTHING] = (nothing.red(), nothing.green(), nothing.blue(), 255)
        self.colours = [QColor(int(r), int(g), int(b)) for r, g, b, _ in table]
        self._table = np.ascontiguousarray(table[:, [2, 1, 0, 3]])

    def clear(self, count: int) -> None:
        """Nothing is known of `count` layers."""
        self.codes = np.full(count, NOTHING, np.uint8)
        self.values = np.empty(0, np.float32)
        self.resting = np.empty(0, bool)
        self.step = -1

    def show(
        self,
        norms: npt.NDArray[np.floating],
        rows: Sequence[int],
        step: int,
        levels: tuple[float, float],
        *,
        reads: bool = True,
        frozen: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Take the run's norms [L] at a step; `rows` says which of them each shown layer is (-1: none).

        The values, which are shown as numbers, are taken only where `reads`. The zeros of layers that are
        `frozen` [L] are no fault: they are as quiet as what is not known.
        """
        index = np.asarray(rows, dtype=np.intp)
        known = (index >= 0) & (index < len(norms))
        found = norms[index[known]]
        self.codes = np.full(len(index), NOTHING, np.uint8)
        self.codes[known] = encode(found, *levels)
        self.resting = np.zeros(len(index), bool)
        if frozen is not None:
            self.resting[known] = frozen[index[known]] & (found == 0)
            self.codes[self.resting] = NOTHING
        if reads or len(self.values) != len(index):
            self.step = step
            self.values = np.full(len(index), np.nan, norms.dtype)
            self.values[known] = found

    def of(self, rows: Sequence[int]) -> Codes:
        """The codes of some layers."""
        if not len(self.codes):
            return np.full(len(rows), NOTHING, np.uint8)
        return self.codes[list(rows)]

    def norms(self, rows: Sequence[int]) -> npt.NDArray[np.floating]:
        """The gradient norms of those that the run has."""
        if not len(self.values):
            return self.values
        index = np.asarray(rows, dtype=np.intp)
        known: npt.NDArray[np.floating] = self.values[index[self.codes[index] != NOTHING]]
        return known

    def rests(self, rows: Sequence[int]) -> bool:
        """Whether all of some layers are frozen."""
        return bool(len(rows)) and bool(len(self.resting)) and bool(self.resting[list(rows)].all())

    def strip(self, codes: Codes, pixels: int) -> QImage:
        """An upright picture, one pixel wide, of codes in depth order; marks are never thinned away."""
        shown = thinned(codes, pixels)
        data = np.ascontiguousarray(self._table[shown])
        return QImage(data.data, 1, len(shown), 4, QImage.Format.Format_RGB32).copy()


def thinned(codes: Codes, pixels: int) -> Codes:
    """At most `pixels` codes: of those that share one, NaN, infinity and zero come before the smallest."""
    if len(codes) <= max(pixels, 1):
        return codes
    starts = np.arange(pixels) * len(codes) // pixels
    result: Codes = np.minimum.reduceat(np.where(codes <= NAN, 255, codes).astype(np.uint8), starts)
    if (codes < INFINITE + 1).any():
        for special in _SPECIAL:
            result[np.logical_or.reduceat(codes == special, starts)] = special
        result[np.logical_and.reduceat(codes == NOTHING, starts)] = NOTHING
    return result
