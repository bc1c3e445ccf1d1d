import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from gradviz.views.appearance import appearance
from gradviz.views.layer_table.model import COURSE_ROLE, RESTING_ROLE
from gradviz.views.layer_table.sparkline import SparklineDelegate


def test_a_course_of_zeros_is_one_stroke_without_gaps(frame, app) -> None:
    norms = np.ones(57, np.float32)
    norms[10:40] = 0
    norms[50] = np.nan
    index = _Course({COURSE_ROLE: (np.arange(57) * 7, norms), RESTING_ROLE: np.zeros(57, bool)})
    picture = QImage(90, 24, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 90, 24)
    painter = QPainter(picture)
    SparklineDelegate().paint(painter, option, index)
    painter.end()
    rows = [[picture.pixelColor(x, y).name() for x in range(90)] for y in range(24)]
    zero = [x for x, name in enumerate(rows[17]) if name == appearance().theme.vanishing.lower()]
    assert zero == list(range(zero[0], zero[-1] + 1))
    at = [6 + 78 * step / 56 for step in (10, 39)]
    assert (zero[0], zero[-1]) == pytest.approx(at, abs=1.5)
    broken = [x for x, name in enumerate(rows[10]) if name == appearance().theme.non_finite.lower()]
    assert len(broken) == 1
    assert broken[0] == pytest.approx(6 + 78 * 50 / 56, abs=1.5)


class _Course(QPersistentModelIndex):
    """A cell with those data."""

    def __init__(self, data: dict[int, object]) -> None:
        super().__init__()
        self._data = data

    def data(self, role: int = 0) -> object:
        return self._data.get(role)
