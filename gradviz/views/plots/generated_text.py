"""What a language model writes: the sample that it generated at or before the shown step."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from gradviz.records.happenings import Event
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.number_format import count
from gradviz.views.plots.plot_view import PlotView, RunToCome
from gradviz.views.plots.plotted_values import Column, PlottedValues, texts
from gradviz.views.theme import Theme


class GeneratedText(PlotView):
    """Shows the newest of a run's text samples that is not after the cursor, its prompt in a quieter tone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._text = QPlainTextEdit()
        super().__init__(self._text, "", parent)
        self.title.setText(self.tr("Generated text"))
        self._text.setAccessibleName(self.title.text())
        self._text.setReadOnly(True)
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setProperty("role", "prose")
        self._text.setPlaceholderText(self.tr("A sample appears after the first validation"))
        self._shown: Event | None = None
        self.set_theme(appearance().theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._text.setStyleSheet(f"color: {theme.text}; background: {theme.panel}; border: none;")
        if self._shown is not None:
            self._write(self._shown)

    def reset_view(self) -> None:
        """Back to the beginning of the text."""
        self._text.moveCursor(QTextCursor.MoveOperation.Start)

    def expect(self, _coming: RunToCome) -> None:
        """Nothing is written yet."""
        self._shown = None
        self.remark.setText("")
        self._text.clear()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the sample that belongs to the cursor."""
        samples = [event for event in snapshot.events if event.kind == "text_sample"]
        before = [event for event in samples if event.step <= snapshot.cursor]
        wanted = before[-1] if before else samples[0] if samples else None
        if wanted is None:
            self._shown = None
            self.remark.setText("")
            self._text.clear()
        elif wanted != self._shown:
            self._write(wanted)

    def values(self) -> PlottedValues | None:
        """The sample that is shown, with its prompt and its step."""
        if self._shown is None:
            return None
        detail = self._shown.detail
        return PlottedValues(
            columns=(
                Column(name=self.tr("after step"), cells=np.array([self._shown.step])),
                Column(name=self.tr("prompt"), cells=texts([str(detail.get("prompt", ""))])),
                Column(name=self.tr("text"), cells=texts([str(detail.get("text", ""))])),
            )
        )

    def _write(self, event: Event) -> None:
        self._shown = event
        self.remark.setText(self.tr("after step {0}").format(count(event.step)))
        prompt, text = str(event.detail.get("prompt", "")), str(event.detail.get("text", ""))
        quiet, plain = QTextCharFormat(), QTextCharFormat()
        quiet.setForeground(QColor(appearance().theme.secondary))
        plain.setForeground(QColor(appearance().theme.text))
        self._text.clear()
        cursor = self._text.textCursor()
        cursor.insertText(prompt, quiet)
        cursor.insertText(text, plain)
        self.reset_view()
