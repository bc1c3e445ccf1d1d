"""What is remembered between starts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray

from gradviz.control.settings import RECENT_LIMIT, Settings
from gradviz.paths import state_folder


def test_recent_files_are_newest_first_once_each_and_not_too_many(qtbot, tmp_path: Path) -> None:
    settings = Settings()
    names = [tmp_path / f"{i}.gradviz" for i in range(RECENT_LIMIT + 3)]
    for name in names:
        settings.add_recent(name)
    assert settings.recent_files == tuple(reversed(names))[:RECENT_LIMIT]
    with qtbot.waitSignal(settings.recent_changed):
        settings.add_recent(names[5])
    assert settings.recent_files[0] == names[5]
    assert len(set(settings.recent_files)) == RECENT_LIMIT
    settings.remove_recent(names[5])
    assert names[5] not in settings.recent_files
    settings.clear_recent()
    assert settings.recent_files == ()


def test_it_is_all_there_at_the_next_start(qtbot, tmp_path: Path) -> None:
    settings = Settings()
    settings.add_recent(tmp_path / "größe.gradviz")
    settings.set_text("theme", "dark")
    settings.set_state("geometry", QByteArray(b"\x00\x01"))
    settings.sync()
    assert (state_folder() / "settings.ini").is_file()
    again = Settings()
    assert again.recent_files == (tmp_path / "größe.gradviz",)
    assert again.text("theme") == "dark"
    assert again.text("absent", "x") == "x"
    assert again.state("geometry") == QByteArray(b"\x00\x01")
    assert again.state("absent").isEmpty()
