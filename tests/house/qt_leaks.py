"""What a Qt test leaves behind: active timers, running QThreads, windows.

Qt keeps no list of timers and threads, so `start` is wrapped once per process and remembers, weakly,
what was started. The import of Qt stays with whoever uses this: the suite also runs without Qt.
"""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

THREAD_GRACE_MS = 2000

_started: list[weakref.ref[Any]] = []


def install() -> None:
    """Make QTimer and QThread remember who was started. Call once, when PySide6 is there."""
    from PySide6.QtCore import QThread, QTimer

    QTimer.start = _remembering(QTimer.start)
    QThread.start = _remembering(QThread.start)


class QtWatch:
    """Remembers the windows that exist now; `leaks` tells what was started or opened since and stayed."""

    def __init__(self) -> None:
        _started.clear()
        self._known = [weakref.ref(window) for window in _windows()]

    def leaks(self) -> list[str]:
        """One teaching line per timer, thread or window left; what only a cycle keeps alive is no leak."""
        from PySide6.QtCore import QCoreApplication, QEvent

        if QCoreApplication.instance() is None:
            return []
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if self._find():
            gc.collect()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return self._find()

    def _find(self) -> list[str]:
        from PySide6.QtCore import QThread, QTimer

        alive = {id(thing): thing for ref in _started if (thing := ref()) is not None and _is_valid(thing)}
        timers = [thing for thing in alive.values() if isinstance(thing, QTimer) and thing.isActive()]
        threads = [
            thing
            for thing in alive.values()
            if isinstance(thing, QThread) and thing.isRunning() and not thing.wait(THREAD_GRACE_MS)
        ]
        known = {id(window) for ref in self._known if (window := ref()) is not None}
        windows = [window for window in _windows() if id(window) not in known]
        return [
            *(
                f"timer {_named(timer)} of {_named(timer.parent())} is active: stop() it with its owner"
                for timer in timers
            ),
            *(
                f"{_named(thread)} still runs: quit() and wait() for it, or close() its EngineHost"
                for thread in threads
            ),
            *(
                f"window {_named(window)} is left: give it to qtbot.addWidget() or close() it"
                for window in windows
            ),
        ]


def _remembering(start: Callable[..., object]) -> Callable[..., object]:
    def remembered(self: Any, *args: Any) -> object:
        _started.append(weakref.ref(self))
        return start(self, *args)

    return remembered


def _windows() -> list[Any]:
    """Visible windows, and hidden ones of gradviz; pyqtgraph's hidden menus live as long as they like."""
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    if not isinstance(QGuiApplication.instance(), QApplication):
        return []
    return [
        window
        for window in QApplication.topLevelWidgets()
        if _is_valid(window) and (window.isVisible() or type(window).__module__.startswith("gradviz."))
    ]


def _is_valid(thing: Any) -> bool:
    import shiboken6

    return bool(shiboken6.isValid(thing))


def _named(thing: Any) -> str:
    if thing is None:
        return "nobody"
    name = thing.objectName()
    return f"{type(thing).__name__} “{name}”" if name else type(thing).__name__
