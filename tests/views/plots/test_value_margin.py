"""Values beside a pane keep to its height."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from gradviz.views.plots.canvas import plot_font
from gradviz.views.plots.value_margin import MarginValue, ValueMargin


@pytest.mark.parametrize(
    ("height", "count", "named"), [(64, 2, True), (60, 2, True), (43, 2, False), (30, 1, True)]
)
def test_in_a_low_pane_values_stand_without_names(app, height: int, count: int, named: bool) -> None:
    margin = ValueMargin()
    margin.setGeometry(QRectF(0, 0, 90, height))
    margin.set_values([MarginValue(name="before", value="2.0", tone="accent")] * count)
    names, value = margin.names(QFontMetricsF(plot_font()), 80)
    assert names == [["before"] if named else []] * count
    assert 14 * sum(map(len, names)) + value * count - (value - 15) <= height
