"""Play, pause and speed of the film that a recorded run is; they stand before the time track."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from gradviz.views.icons import icon

FILM_S = 20
SPEEDS = {"¼×": 0.25, "½×": 0.5, "1×": 1.0, "2×": 2.0, "4×": 4.0}
"""Both as `control.playback` has them, which imports NumPy and so comes after the first paint."""


class FilmControls(QWidget):
    """Tells what the user wants and shows whether the film runs."""

    play_wanted = Signal()
    """The film should run, or stop."""
    speed_chosen = Signal(object)
    """How many times as fast it should run (float)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.play = QToolButton(self)
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.play.clicked.connect(self.play_wanted)
        self.speed = QComboBox(self)
        self.speed.setFixedWidth(64)
        self.speed.setToolTip(self.tr("How fast the film runs; 1× shows a long run in {0} s").format(FILM_S))
        self.speed.setAccessibleName(self.tr("Speed of the film"))
        for text, speed in SPEEDS.items():
            self.speed.addItem(text, speed)
        self.speed.setCurrentText("1×")
        self.speed.activated.connect(self._on_speed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.play)
        layout.addWidget(self.speed)
        self.show_playing(playing=False)

    def show_playing(self, playing: bool) -> None:
        """Show whether the film runs."""
        self.play.setIcon(icon("pause" if playing else "play", "text"))
        word = self.tr("Pause") if playing else self.tr("Play the recorded run like a film")
        self.play.setToolTip(self.tr("{0} (Ctrl+Space)").format(word))
        self.play.setAccessibleName(word)

    def show_speed(self, speed: float) -> None:
        """Show that speed, which is one of SPEEDS."""
        self.speed.setCurrentIndex(self.speed.findData(speed))

    def _on_speed(self, index: int) -> None:
        self.speed_chosen.emit(self.speed.itemData(index))
