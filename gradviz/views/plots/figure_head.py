"""What stands above a figure for paper: its title, the step of its values, a remark and the legend.

A figure is read without the window around it, so it says what the window says elsewhere: beside compared runs
the name of the shown one, and the step of the values at its right. What has no room goes into a further row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from gradviz.views.plots.legend_sample import Sample
from gradviz.views.theme import LIGHT

PAD = 8
_TITLE, _ROW = 22, 16
_SAMPLE, _GAP = 23, 14


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A name behind a series' sample; without one it names whose series follow. `tone` is the text's."""

    text: str
    sample: Sample | None = None
    tone: str = "text"

    @property
    def width(self) -> float:
        """What it needs, and the gap to the next one."""
        sample = _SAMPLE if self.sample is not None else 0
        return sample + QFontMetricsF(_font(11)).horizontalAdvance(self.text) + _GAP

    @property
    def leads(self) -> bool:
        """Whether it belongs before the one that follows."""
        return self.sample is None and self.tone == "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureHead:
    """`note` stands beside the title where both have room: above the values that it is about."""

    title: str
    width: int
    note: str = ""
    remark: str = ""
    legend: Sequence[Entry] = ()

    @property
    def height(self) -> int:
        """How high it is."""
        return _TITLE + _ROW * len(self.rows())

    def rows(self) -> list[list[Entry]]:
        """The rows below the title, each filled from the left."""
        said = (self.remark, "" if self._has_note_beside() else self.note)
        entries = [*(line for words in said for line in self._wrapped(words)), *self.legend]
        rows: list[list[Entry]] = []
        left = 0.0
        for at, entry in enumerate(entries):
            needed = entry.width - _GAP
            if entry.leads and at + 1 < len(entries):
                needed += entries[at + 1].width
            if not rows or left + needed > self.width - 2 * PAD:
                rows.append([])
                left = 0.0
            rows[-1].append(entry)
            left += entry.width
        return rows

    def draw(self, painter: QPainter) -> None:
        """Draw it from (0, 0), in the light theme's colours."""
        middle = Qt.AlignmentFlag.AlignVCenter
        place = QRectF(PAD, 4, self.width - 2 * PAD, 18)
        painter.setFont(_font(13, QFont.Weight.DemiBold))
        painter.setPen(QColor(LIGHT.text))
        painter.drawText(place, middle, self.title)
        painter.setFont(_font(11))
        if self._has_note_beside():
            painter.setPen(QColor(LIGHT.secondary))
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, self.note)
        for number, row in enumerate(self.rows()):
            left = float(PAD)
            for entry in row:
                self._draw_entry(painter, entry, left, _TITLE + number * _ROW)
                left += entry.width

    def _draw_entry(self, painter: QPainter, entry: Entry, left: float, top: int) -> None:
        if entry.sample is not None:
            painter.save()
            painter.translate(left, top + 2)
            entry.sample.draw(painter, getattr(LIGHT, entry.sample.tone), LIGHT.panel)
            painter.restore()
            left += _SAMPLE
        painter.setPen(QColor(getattr(LIGHT, entry.tone)))
        room = self.width - PAD - left
        words = QFontMetricsF(painter.font()).elidedText(entry.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, top, room, _ROW), Qt.AlignmentFlag.AlignVCenter, words)

    def _wrapped(self, words: str) -> list[Entry]:
        """The words in as many lines as they need."""
        lines: list[str] = []
        metrics = QFontMetricsF(_font(11))
        for word in words.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and metrics.horizontalAdvance(longer) <= self.width - 2 * PAD:
                lines[-1] = longer
            else:
                lines.append(word)
        return [Entry(text=line, tone="secondary") for line in lines]

    def _has_note_beside(self) -> bool:
        title = QFontMetricsF(_font(13, QFont.Weight.DemiBold)).horizontalAdvance(self.title)
        note = QFontMetricsF(_font(11)).horizontalAdvance(self.note)
        return title + _GAP + note <= self.width - 2 * PAD


def _font(size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont()
    font.setPixelSize(size)
    font.setWeight(weight)
    return font
