"""Where something is saved: the ending says what it is, and no file is written over unasked."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from gradviz.views.chosen_file import ask_where
from gradviz.views.dialogs import confirm_replace

PICTURES = {".png": "Pictures (*.png)", ".svg": "Drawings (*.svg)"}
SCRIPTS = {".py": "Python (*.py)", "": "All files (*)"}


@pytest.fixture
def parent(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


@pytest.fixture
def chosen(tmp_path, monkeypatch):
    """Names the user gives one after the other, each with the kind of file; where the dialog was opened."""
    opened = []

    def give(*names):
        left = [(str(tmp_path / name) if name else "", kind) for name, kind in names]

        def dialog(_parent, _title, proposed, _kinds):
            opened.append(proposed)
            return left.pop(0)

        monkeypatch.setattr(QFileDialog, "getSaveFileName", dialog)
        return opened

    return give


@pytest.fixture
def answers(monkeypatch):
    """What the user answers when asked to replace a file; the names that were asked about."""
    asked = []

    def give(*words):
        left = [word == "replace" for word in words]
        monkeypatch.setattr(
            "gradviz.views.chosen_file.confirm_replace", lambda _w, name: asked.append(name) or left.pop(0)
        )
        return asked

    return give


@pytest.mark.parametrize(
    ("given", "kinds", "written"),
    [
        (("a.png", ""), PICTURES, "a.png"),
        (("a.SVG", PICTURES[".png"]), PICTURES, "a.SVG"),
        (("a", ""), PICTURES, "a.png"),
        (("a", PICTURES[".svg"]), PICTURES, "a.svg"),
        (("a.jpg", PICTURES[".svg"]), PICTURES, "a.jpg.svg"),
        (("depth 1.5", ""), PICTURES, "depth 1.5.png"),
        (("a", SCRIPTS[""]), SCRIPTS, "a.py"),
        (("a.pyw", SCRIPTS[""]), SCRIPTS, "a.pyw"),
    ],
)
def test_the_ending_says_what_is_in_it(parent, chosen, given, kinds, written) -> None:
    chosen(given)
    path = ask_where(parent, "Save", "x", kinds, or_other=kinds is SCRIPTS)
    assert path is not None
    assert path.name == written


def test_who_gives_up_saves_nothing(parent, chosen) -> None:
    chosen(("", ""))
    assert ask_where(parent, "Save", "x", PICTURES) is None


def test_the_file_that_is_really_written_is_asked_about(parent, chosen, answers, tmp_path) -> None:
    (tmp_path / "a.png").touch()
    opened = chosen(("a", ""), ("b", ""))
    asked = answers("elsewhere")
    assert ask_where(parent, "Save", "x", PICTURES) == tmp_path / "b.png"
    assert asked == ["a.png"]
    assert opened == ["x", str(tmp_path / "a.png")]
    chosen(("a", ""))
    answers("replace")
    assert ask_where(parent, "Save", "x", PICTURES) == tmp_path / "a.png"


def test_what_the_dialog_has_asked_about_is_not_asked_again(parent, chosen, answers, tmp_path) -> None:
    (tmp_path / "a.png").touch()
    chosen(("a.png", ""))
    asked = answers()
    assert ask_where(parent, "Save", "x", PICTURES) == tmp_path / "a.png"
    assert asked == []


@pytest.mark.parametrize(("button", "answer"), [("Replace", True), ("Save as…", False)])
def test_the_question_about_a_file_has_two_answers(parent, button, answer) -> None:
    def press():
        box = QApplication.activeModalWidget()
        next(each for each in box.buttons() if each.text() == button).click()

    QTimer.singleShot(0, press)
    assert confirm_replace(parent, "a.png") is answer
