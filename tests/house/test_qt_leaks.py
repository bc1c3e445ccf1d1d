"""The guard against left timers, threads and windows of Qt sees them, and forgives what was closed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QWidget
from qt_leaks import QtWatch


@pytest.fixture
def watch(qapp):
    return QtWatch()


def test_active_timer_is_named_with_its_owner(watch):
    owner = QWidget()
    owner.setObjectName("panel")
    timer = QTimer(owner)
    timer.start(1000)
    (line,) = watch.leaks()
    assert "QTimer of QWidget “panel”" in line
    timer.stop()
    assert watch.leaks() == []


def test_timer_that_died_with_its_owner_is_forgiven(watch):
    owner = QWidget()
    QTimer(owner).start(1000)
    owner.deleteLater()
    assert watch.leaks() == []


def test_running_thread_is_named(watch, monkeypatch):
    monkeypatch.setattr("qt_leaks.THREAD_GRACE_MS", 20)
    thread = QThread(objectName="controller")
    thread.start()
    (line,) = watch.leaks()
    assert "QThread “controller”" in line
    thread.quit()
    assert thread.wait(2000)
    assert watch.leaks() == []


def test_visible_window_is_named_but_not_one_that_was_there_before(watch):
    window = QWidget(objectName="forgotten")
    window.show()
    (line,) = watch.leaks()
    assert "“forgotten”" in line
    assert QtWatch().leaks() == []
    window.close()
    assert watch.leaks() == []
