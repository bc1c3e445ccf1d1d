"""Every control of the window has a name, a key of its own and its turn."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton


def test_every_control_says_what_it_is(window) -> None:
    shown = [button for button in window.findChildren(QToolButton) if button.isVisible()]
    assert len(shown) >= 20
    assert len(window.actions_by_key) >= 40
    for button in shown:
        assert button.toolTip() or button.text(), button
        assert button.accessibleName() or button.text() or button.toolTip(), button
    for action in window.actions_by_key.values():
        assert action.toolTip()
        keys = action.shortcut().toString()
        assert not keys or keys in action.toolTip()


def test_no_shortcut_is_used_twice(window) -> None:
    keys = [a.shortcut().toString() for a in window.actions_by_key.values() if not a.shortcut().isEmpty()]
    assert len(keys) == len(set(keys))


def test_tab_reaches_the_controls_in_reading_order(window) -> None:
    window.activateWindow()
    window.toolbar.train.setFocus()
    seen = []
    window.time_bar.runs.setEnabled(True)
    for _ in range(40):
        seen.append(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    order = [
        seen.index(w)
        for w in (
            window.toolbar.train,
            window.left.builder.tree,
            window.plots.plot("histograms").chooser,
            window.time_bar.runs,
        )
    ]
    assert order == sorted(order)
    beside = [
        widget.mapTo(window, widget.rect().topLeft()).x()
        for widget in seen
        if window.toolbar.isAncestorOf(widget) or widget in window.plots.plot("curves.learning").tabs
    ]
    wrong = [at for at in range(1, len(beside)) if beside[at] < beside[at - 1]]
    assert len(wrong) <= 2  # from the toolbar's end to the tabs, and from these around to the toolbar
