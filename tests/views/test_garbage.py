"""What Qt owns is deleted in the window's thread, whichever thread makes the objects that fill the heap."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt

from gradviz.views.garbage import GarbageCollection


class Cycle(QObject):
    """Holds itself, so that only a search for cycles finds it."""

    def __init__(self, seen: list[int]) -> None:
        super().__init__()
        self.own = self
        self.destroyed.connect(lambda: seen.append(threading.get_ident()), Qt.ConnectionType.DirectConnection)


def fill() -> None:
    """Make far more objects than the thresholds of all generations together allow."""
    for _ in range(300):
        kept = [[] for _ in range(1000)]
        del kept


@pytest.fixture
def collection(qapp):
    parent = QObject()
    GarbageCollection(parent)
    yield parent
    parent.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert gc.isenabled()


def test_no_other_thread_deletes_what_is_qts(collection, qtbot) -> None:
    seen: list[int] = []
    gone = weakref.ref(Cycle(seen))
    thread = threading.Thread(target=fill)
    thread.start()
    thread.join()
    assert gone() is not None
    assert not seen
    growing = [[] for _ in range(5000)]  # more than are counted for the youngest
    qtbot.waitUntil(lambda: gone() is None, timeout=20_000)
    assert set(seen) <= {threading.get_ident()}
    assert growing
