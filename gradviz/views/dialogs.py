"""Questions and messages, each one sentence of what is and one of what can be done."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget


class Answer(Enum):
    """What the user wants done with unsaved work."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


def ask_unsaved(parent: QWidget, title: str, *, training: bool) -> Answer:
    """Ask what to do with a session that is not saved."""
    buttons = QMessageBox.StandardButton
    answers = {buttons.Save: Answer.SAVE, buttons.Discard: Answer.DISCARD}
    answer = QMessageBox.StandardButton(unsaved_box(parent, title, training=training).exec())
    return answers.get(answer, Answer.CANCEL)


def unsaved_box(parent: QWidget, title: str, *, training: bool) -> QMessageBox:
    """The question about a session that is not saved."""
    translate = QCoreApplication.translate
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(translate("Dialogs", "Unsaved session"))
    box.setText(translate("Dialogs", "Save “{0}” before it closes?").format(title))
    detail = translate(
        "Dialogs", "Edits, notes and recorded runs that are not saved are deleted if you discard them."
    )
    if training:
        detail = translate("Dialogs", "The run that is training will be stopped.") + " " + detail
    box.setInformativeText(detail)
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    box.button(buttons.Save).setText(translate("Dialogs", "Save"))
    box.button(buttons.Discard).setText(translate("Dialogs", "Discard"))
    box.button(buttons.Cancel).setText(translate("Dialogs", "Cancel"))
    return box


def show_error(parent: QWidget, title: str, text: str) -> None:
    """Say what went wrong; the text's first line is what happened, the rest is detail."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(title)
    first, _, rest = text.partition("\n")
    box.setText(first)
    box.setInformativeText(rest)
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.button(QMessageBox.StandardButton.Ok).setText(QCoreApplication.translate("Dialogs", "OK"))
    box.exec()


def confirm_remove_run(parent: QWidget, name: str) -> bool:
    """Ask before a run is taken out of the session."""
    translate = QCoreApplication.translate
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(translate("Dialogs", "Remove run"))
    box.setText(translate("Dialogs", "Remove “{0}” from the session?").format(name))
    box.setInformativeText(translate("Dialogs", "What it measured is deleted. This cannot be undone."))
    remove = box.addButton(translate("Dialogs", "Remove"), QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(translate("Dialogs", "Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(cancel)
    box.exec()
    return box.clickedButton() is remove


def confirm_overwrite(parent: QWidget, name: str) -> bool:
    """Ask what to do with a file that another program saved meanwhile: overwrite, or save elsewhere."""
    translate = QCoreApplication.translate
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(translate("Dialogs", "The file has changed"))
    box.setText(translate("Dialogs", "Another program saved “{0}” since it was opened here.").format(name))
    box.setInformativeText(translate("Dialogs", "Overwriting loses what that program saved."))
    overwrite = box.addButton(translate("Dialogs", "Overwrite"), QMessageBox.ButtonRole.DestructiveRole)
    elsewhere = box.addButton(translate("Dialogs", "Save as…"), QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(elsewhere)
    box.exec()
    return box.clickedButton() is overwrite


def confirm_replace(parent: QWidget, name: str) -> bool:
    """Ask before a file is written over that the system's dialog did not ask about."""
    box = replace_box(parent, name)
    box.exec()
    return box.buttonRole(box.clickedButton()) is QMessageBox.ButtonRole.DestructiveRole


def replace_box(parent: QWidget, name: str) -> QMessageBox:
    """The question about a file that would be written over."""
    translate = QCoreApplication.translate
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(translate("Dialogs", "The file exists"))
    box.setText(translate("Dialogs", "“{0}” exists already. Replace it?").format(name))
    box.setInformativeText(translate("Dialogs", "What is in it now is lost."))
    box.addButton(translate("Dialogs", "Replace"), QMessageBox.ButtonRole.DestructiveRole)
    elsewhere = box.addButton(translate("Dialogs", "Save as…"), QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(elsewhere)
    return box
