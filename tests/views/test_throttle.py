from PySide6.QtCore import QObject

from gradviz.views.throttle import Throttle


def test_the_first_call_is_at_once_and_the_last_is_not_lost(qtbot) -> None:
    done, value, parent = [], [0], QObject()
    throttle = Throttle(lambda: done.append(value[0]), 40, parent)
    for number in range(1, 6):
        value[0] = number
        throttle()
    assert done == [1]
    qtbot.waitUntil(lambda: done == [1, 5])
    qtbot.wait(60)
    assert done == [1, 5]
    throttle()
    throttle()
    throttle.stop()
    qtbot.wait(60)
    assert done == [1, 5, 5]
