from __future__ import annotations

from gradviz.views.elided_combo import ElidedCombo


def test_the_last_word_of_a_long_name_stays(app, qtbot) -> None:
    combo = ElidedCombo()
    qtbot.addWidget(combo)
    combo.addItems(["Linear 1", "MultiheadAttention 12"])
    combo.setFixedWidth(132)
    combo.show()
    assert combo.shown_text() == "Linear 1"
    combo.setCurrentIndex(1)
    assert combo.shown_text().startswith("Multi")
    assert "…" in combo.shown_text()
    assert combo.shown_text().endswith("n 12")
    combo.setFixedWidth(260)
    assert combo.shown_text() == "MultiheadAttention 12"


def test_what_is_drawn_is_the_shortened_text(app, qtbot) -> None:
    long, short = ElidedCombo(), ElidedCombo()
    for combo in (long, short):
        qtbot.addWidget(combo)
        combo.setFixedSize(132, 28)
    long.addItem("MultiheadAttention 12")
    short.addItem(long.shown_text())
    assert long.grab().toImage() == short.grab().toImage()
