"""What the program remembers between starts: recent files and the window's habits, in one ini file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from gradviz.paths import state_folder

RECENT_LIMIT = 10


class Settings(QObject):
    """`settings.ini` in the state folder."""

    recent_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(str(state_folder() / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def recent_files(self) -> tuple[Path, ...]:
        """The files opened or saved last, newest first."""
        count = self._store.beginReadArray("recent")
        paths = []
        for index in range(count):
            self._store.setArrayIndex(index)
            paths.append(Path(str(self._store.value("path"))))
        self._store.endArray()
        return tuple(paths)

    def add_recent(self, path: Path) -> None:
        """Put a file at the top of the recent ones."""
        path = path.absolute()
        self._write_recent((path, *(other for other in self.recent_files if other != path)))

    def remove_recent(self, path: Path) -> None:
        """Take a file that is gone off the list."""
        self._write_recent(tuple(other for other in self.recent_files if other != path))

    def clear_recent(self) -> None:
        """Forget them all."""
        self._write_recent(())

    def text(self, key: str, default: str = "") -> str:
        """A remembered text."""
        return str(self._store.value(key, default))

    def set_text(self, key: str, value: str) -> None:
        """Remember a text."""
        self._store.setValue(key, value)

    def state(self, key: str) -> QByteArray:
        """A remembered geometry or layout of a window; empty if there is none."""
        value = self._store.value(key, QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_state(self, key: str, value: QByteArray) -> None:
        """Remember a geometry or layout of a window."""
        self._store.setValue(key, value)

    def sync(self) -> None:
        """Write what has changed to the file now."""
        self._store.sync()

    def _write_recent(self, paths: tuple[Path, ...]) -> None:
        self._store.remove("recent")
        self._store.beginWriteArray("recent", min(len(paths), RECENT_LIMIT))
        for index, path in enumerate(paths[:RECENT_LIMIT]):
            self._store.setArrayIndex(index)
            self._store.setValue("path", str(path))
        self._store.endArray()
        self.recent_changed.emit()
