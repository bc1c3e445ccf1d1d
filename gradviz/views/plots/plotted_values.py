"""The numbers of a plot as a table of text: what is drawn, no more and no less, with units in its header.

Floats are written in the fewest digits that give the same number back; NaN and infinity as `nan` and `inf`,
which NumPy, pandas and R read. A masked cell is empty: nothing was measured there, or a compared run has no
such layer. The two must not be mixed up: a NaN among gradients is what a user looks for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A named column; `cells` [n] are numbers or texts."""

    name: str
    cells: npt.NDArray[np.generic]

    def texts(self) -> list[str]:
        """The cells as they are written."""
        masked = np.ma.getmaskarray(self.cells)
        texts = np.asarray(self.cells).astype(str)
        if masked.any():
            texts[masked] = ""
        listed: list[str] = texts.tolist()
        return listed


@dataclass(frozen=True, kw_only=True, slots=True)
class PlottedValues:
    """Columns of one length."""

    columns: tuple[Column, ...]

    def csv(self) -> str:
        """Comma separated, one line a row, as RFC 4180 has it but for the line ends."""
        return self._written(",")

    def tab_separated(self) -> str:
        """As spreadsheets take it from the clipboard."""
        return self._written("\t")

    def _written(self, separator: str) -> str:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, lineterminator="\n")
        writer.writerow([column.name for column in self.columns])
        writer.writerows(zip(*(column.texts() for column in self.columns), strict=True))
        return text.getvalue()


def texts(values: Iterable[str]) -> npt.NDArray[np.str_]:
    """Cells of words."""
    return np.array(list(values), dtype=np.str_)


def where(known: npt.ArrayLike, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Values as cells that are empty where nothing is `known`; NaN stays where it was measured."""
    cells: np.ma.MaskedArray[tuple[int], np.dtype[np.generic]]
    cells = np.ma.MaskedArray(values, mask=~np.asarray(known, np.bool_))
    return cells


def measured(values: npt.NDArray[np.floating]) -> npt.NDArray[np.generic]:
    """The same of values in which NaN means that nothing was measured."""
    return where(~np.isnan(values), values)


def at_steps(
    steps: npt.NDArray[np.int64], measured: npt.NDArray[np.int64], values: npt.NDArray[np.floating]
) -> npt.NDArray[np.floating]:
    """Values that were measured at some steps, as cells of a table of more steps: masked elsewhere.

    Both lists of steps ascend, and each of `measured` is among `steps`.
    """
    cells: np.ma.MaskedArray[tuple[int], np.dtype[np.floating]]
    cells = np.ma.MaskedArray(np.zeros(len(steps), values.dtype), mask=True)
    cells[np.searchsorted(steps, measured)] = values
    return cells
