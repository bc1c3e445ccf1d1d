"""The run toolbar: one primary button, what may be done to a run, how far it is, how the engine stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QPushButton, QToolButton, QWidget

from gradviz.views.actions import set_tip
from gradviz.views.combo import fill
from gradviz.views.elided_label import ElidedLabel
from gradviz.views.icons import icon
from gradviz.views.status_pill import StatusPill
from gradviz.views.theme import TOOLBAR_HEIGHT

if TYPE_CHECKING:
    from gradviz.control.engine_state import EngineStatus

_PROGRESS_WIDTH = 160


class RunToolbar(QWidget):
    """Shows state; what its buttons do is the actions' business."""

    device_chosen = Signal(object)
    """auto, cpu or cuda (str)."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(TOOLBAR_HEIGHT)
        self._actions = actions
        self.train = QPushButton(icon("play", "on_accent"), "", self)
        self.train.setProperty("role", "primary")
        self.train.setMinimumWidth(84)
        self.train.setIconSize(QSize(14, 14))
        self.train.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.train.clicked.connect(actions["run.train"].trigger)
        self.device = QComboBox(self)
        self.device.setToolTip(self.tr("Where to train; auto takes CUDA if there is one"))
        self.device.setAccessibleName(self.tr("Device"))
        self.device.setFixedWidth(84)
        self.device.textActivated.connect(self._on_device)
        self.show_devices((), "auto")
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(_PROGRESS_WIDTH)
        self.progress.setAccessibleName(self.tr("Progress of the run"))
        self.progress_text = ElidedLabel(self)
        self.progress_text.setProperty("role", "secondary")
        self.pill = StatusPill(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 16, 0)
        layout.setSpacing(8)
        layout.addWidget(self.train)
        self._pause = self._tool("run.pause")
        others = (self._tool(key) for key in ("run.step", "run.stop", "run.continue", "run.reset"))
        for button in (self._pause, *others):
            layout.addWidget(button)
        layout.addSpacing(8)
        layout.addWidget(self.device)
        layout.addSpacing(8)
        layout.addWidget(self.progress)
        layout.addWidget(self.progress_text, 1)
        layout.addWidget(self.pill)
        self.show_progress(0, 0, "")
        for key in ("run.train", "run.step", "run.pause", "run.stop", "run.restart"):
            actions[key].setEnabled(False)
        self._sync_train()
        actions["run.train"].changed.connect(self._sync_train)

    def show_status(self, status: EngineStatus, *, can_train: bool) -> None:
        """Enable what can be done now."""
        from gradviz.control.engine_state import EngineState  # noqa: PLC0415 - after the first paint

        self.pill.show_status(status)
        training = status.is_training
        paused = status.state is EngineState.PAUSED
        ready = status.state is EngineState.READY and can_train
        self._actions["run.train"].setEnabled(ready)
        self._actions["run.step"].setEnabled(ready or paused)
        self._actions["run.pause"].setEnabled(training)
        self._actions["run.stop"].setEnabled(training)
        self._actions["run.restart"].setEnabled(status.state is EngineState.FAILED)
        pause = self._actions["run.pause"]
        pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        pause.setIcon(icon("play" if paused else "pause"))
        set_tip(pause, self.tr("Go on training") if paused else self.tr("Pause at the next step"))
        self.device.setEnabled(not training)

    def show_devices(self, devices: tuple[str, ...], current: str) -> None:
        """Offer what the engine has."""
        names = ["auto", *(devices or ("cpu",))]
        if current not in names:
            names.append(current)
        fill(self.device, names, current)

    def show_progress(self, done: int, of: int, text: str) -> None:
        """Show how far the run is; `of` 0 means that there is none."""
        self.progress.setRange(0, max(of, 1))
        self.progress.setValue(min(done, of))
        self.progress.setVisible(of > 0)
        self.progress_text.setText(text)

    def show_checkpoints(self, words: str) -> None:
        """Say how often what a run would go on from is kept."""
        self.progress.setToolTip(words)

    def _on_device(self, device: str) -> None:
        self.device_chosen.emit(device)

    def _tool(self, key: str) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(self._actions[key])
        named = key in {"run.step", "run.stop"}
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(style.ToolButtonTextBesideIcon if named else style.ToolButtonIconOnly)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _sync_train(self) -> None:
        action = self._actions["run.train"]
        self.train.setText(action.text())
        self.train.setToolTip(action.toolTip())
        self.train.setEnabled(action.isEnabled())
        self.train.setIcon(icon("play", "on_accent"))
