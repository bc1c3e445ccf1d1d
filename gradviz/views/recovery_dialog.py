"""What a crashed window left, offered at the next start: nothing that was measured is lost in silence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gradviz.control.session_messages import AbandonedSession
from gradviz.views.number_format import count


class RecoveryDialog(QDialog):
    """Lists the sessions; recovers the chosen one, discards the chosen one, or leaves all for later."""

    recover_wanted = Signal(object)
    """The AbandonedSession to take up."""
    discard_wanted = Signal(object)
    """The AbandonedSession to delete."""

    def __init__(self, sessions: Sequence[AbandonedSession], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Recover sessions"))
        self.setMinimumWidth(480)
        title = QLabel(self.tr("gradviz did not end properly"), self)
        title.setProperty("role", "heading")
        text = QLabel(
            self.tr("These sessions were kept, with everything measured. Recover one to go on with it."),
            self,
        )
        text.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Kept sessions"))
        self.list.setProperty("role", "cards")
        self.list.setMinimumHeight(140)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setWordWrap(True)
        for session in sessions:
            self._add(session)
        self.list.setCurrentRow(0)
        self.recover = QPushButton(self.tr("Recover"), self)
        self.recover.setDefault(True)
        self.discard = QPushButton(self.tr("Discard"), self)
        later = QPushButton(self.tr("Later"), self)
        later.setToolTip(self.tr("Keep them; ask again at the next start"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(text)
        layout.addWidget(self.list)
        buttons = QHBoxLayout()
        layout.addLayout(buttons)
        buttons.setSpacing(8)
        buttons.addWidget(self.discard)
        buttons.addStretch(1)
        buttons.addWidget(later)
        buttons.addWidget(self.recover)
        self.recover.clicked.connect(self._on_recover)
        self.discard.clicked.connect(self._on_discard)
        later.clicked.connect(self.reject)

    def _add(self, session: AbandonedSession) -> None:
        changed = QDateTime.fromSecsSinceEpoch(int(session.changed.timestamp()))
        when = QLocale().toString(changed, QLocale.FormatType.ShortFormat)
        runs = self.tr("1 run") if session.runs == 1 else self.tr("{0} runs").format(session.runs)
        steps = self.tr("{0} unsaved steps").format(count(session.steps))
        where = str(session.path) if session.path is not None else self.tr("never saved")
        item = QListWidgetItem(f"{session.title}\n{runs} · {steps} · {when}\n{where}", self.list)
        item.setToolTip(where)
        item.setData(Qt.ItemDataRole.UserRole, session)

    def _on_recover(self) -> None:
        session = self._current()
        if session is not None:
            self.accept()
            self.recover_wanted.emit(session)

    def _on_discard(self) -> None:
        session = self._current()
        if session is not None:
            self.discard_wanted.emit(session)
            self.list.takeItem(self.list.currentRow())
            if not self.list.count():
                self.reject()

    def _current(self) -> AbandonedSession | None:
        item = self.list.currentItem()
        session = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        return session if isinstance(session, AbandonedSession) else None
