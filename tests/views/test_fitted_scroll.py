from __future__ import annotations

from PySide6.QtWidgets import QApplication


def test_the_bar_stands_in_the_margin_and_the_fields_keep_their_width(window) -> None:
    section, panel = window.left.sections[2], window.left.training
    section.set_open(is_open=True)
    length = panel.length.form.fields["steps"].widget
    window.resize(1280, 2400)
    _settle()
    bar = section.body.verticalScrollBar()
    assert not bar.isVisible()
    wide = length.width()
    window.resize(1280, 800)
    for group in panel.sections.values():
        group.set_open(is_open=True)
    _settle()
    assert bar.isVisible()
    assert length.width() == wide
    assert section.body.viewport().width() == section.body.width() - bar.width()
    assert panel.length.unit.mapTo(panel, panel.length.unit.rect().topRight()).x() < panel.width()


def test_beside_the_bar_there_is_room_for_six_figures(window) -> None:
    panel = window.left.training
    window.left.sections[2].set_open(is_open=True)
    for group in panel.sections.values():
        group.set_open(is_open=True)
    _settle()
    line = panel.length.form.fields["steps"].widget
    line.setText("100000")
    line.home(False)  # noqa: FBT003 - Qt's own
    _settle()
    assert window.left.sections[2].body.verticalScrollBar().isVisible()
    inner = line.width() - 2 * (1 + 8 + 2)  # border, padding, and what a line edit leaves around its text
    assert line.fontMetrics().horizontalAdvance(line.text()) <= inner


def _settle() -> None:
    for _ in range(5):
        QApplication.processEvents()
