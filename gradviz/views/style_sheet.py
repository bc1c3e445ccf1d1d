"""The style sheet, made of a theme's tokens: quiet controls of 28 px, corners of 6, no boxes in boxes.

Roles are dynamic properties: `role="heading"`, `role="secondary"`, `role="primary"`, `role="panel"`, …
"""

from __future__ import annotations

from string import Template

from gradviz.paths import resources
from gradviz.views.theme import HEADING_PX, SECONDARY_PX, Theme

_SHEET = Template("""
QMainWindow, QDialog { background: $ground; }
QWidget[role="panel"] { background: $panel; }
QWidget[role="ground"] { background: $ground; }
QLabel { background: transparent; }
QLabel[role="heading"] { font-size: ${heading_px}px; font-weight: 600; color: $text; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; color: $text; }
QLabel[role="secondary"], QLabel[role="field"] { font-size: ${secondary_px}px; color: $secondary; }
QLabel[role="problem"] { color: $non_finite; }
QFrame[role="line"], QWidget[role="line"] { background: $line; border: none; }

QMenuBar { background: $ground; border: none; padding: 0 8px; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $panel; border: 1px solid $field_line; border-radius: ${radius}px; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 8px; min-height: 20px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $disabled; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 16px; height: 16px; padding-left: 6px; }
QMenu::indicator:checked { image: url("$icons/check-$name.svg"); }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QToolTip { background: $panel; color: $text; border: 1px solid $field_line; padding: 4px 8px; }

QPushButton, QToolButton {
  background: transparent; color: $text; border: 1px solid transparent; border-radius: ${radius}px;
  padding: 0 8px; min-height: 26px;
}
QToolButton { padding: 0 5px; }
QPushButton { background: $field; border-color: $field_line; padding: 0 12px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed, QToolButton:checked { background: $pressed; }
QPushButton:disabled, QToolButton:disabled { color: $disabled; }
QPushButton:disabled { border-color: $line; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton[role="primary"], QPushButton:default {
  background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600;
}
QPushButton[role="primary"]:hover, QPushButton:default:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:pressed, QPushButton:default:pressed { background: $accent_pressed; }
QPushButton[role="primary"]:focus, QPushButton:default:focus { border: 2px solid $selection; }
QPushButton[role="primary"]:disabled { background: $pressed; color: $disabled; border-color: $pressed; }
QPushButton[role="link"] { background: transparent; border: none; color: $accent; padding: 0 4px; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="live"]:checked { color: $accent; border-color: $accent; background: $field; }
QPushButton[role="live"]:checked:disabled { color: $disabled; border-color: $line; }
QLabel[role="quiet"] { font-size: ${secondary_px}px; color: $secondary; background: $panel; padding: 4px 8px; }
QToolButton[role="small"] { min-height: 22px; padding: 0 3px; }
QToolButton[role="chip"] { min-height: 20px; padding: 0 6px; font-size: ${secondary_px}px; color: $secondary; }
QToolButton[role="chip"]:checked { background: transparent; color: $text; }
QToolButton[role="chip"]:hover { background: $hover; }
QToolButton[role="section"] {
  font-size: ${heading_px}px; font-weight: 600; text-align: left; padding: 0 4px; border-radius: 4px;
}
QToolButton[role="section"]:checked { background: transparent; }
QToolButton[role="section"]:hover { background: $hover; }
QToolButton::menu-indicator { image: none; width: 0; }
QPushButton::menu-indicator { image: none; width: 0; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
  background: $field; color: $text; border: 1px solid $field_line; border-radius: ${radius}px;
  selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { padding: 0 8px; min-height: 26px; max-height: 26px; }
QSpinBox, QDoubleSpinBox { padding: 0 4px 0 8px; }
QPlainTextEdit, QTextEdit { padding: 4px 6px; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: $disabled; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
  border-color: $accent;
}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  background: $ground; color: $disabled; border-color: $line;
}
QLineEdit[wrong="true"] { border-color: $non_finite; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$icons/chevron-down-$name.svg"); width: 14px; height: 14px; }
QComboBox QAbstractItemView {
  background: $panel; border: 1px solid $field_line; padding: 4px; outline: none;
  selection-background-color: $hover; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 24px; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
  border: none; width: 18px; background: transparent; subcontrol-origin: border;
}
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-position: top right; height: 13px; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-position: bottom right; height: 13px; }
QSpinBox::up-button:hover, QSpinBox::down-button:hover { background: $hover; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$icons/chevron-up-$name.svg"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$icons/chevron-down-$name.svg"); width: 10px; height: 10px; }
QCheckBox { spacing: 8px; min-height: 24px; background: transparent; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $field_line; border-radius: 4px; background: $field; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/check-on-$name.svg"); }
QCheckBox::indicator:disabled { border-color: $line; background: $ground; }

QTreeView, QListView {
  background: $panel; border: none; outline: none; show-decoration-selected: 1;
}
QTreeView::item, QListView::item { min-height: ${row}px; padding: 0 2px; border: none; }
QTreeView::item:hover, QTreeView::branch:hover { background: $hover; }
QTreeView::item:selected, QTreeView::branch:selected, QListView::item:selected { background: $selection; }
QListView::item:hover { background: $hover; }
QTreeView::branch:has-children:closed { image: url("$icons/chevron-right-$name.svg"); }
QTreeView::branch:has-children:open { image: url("$icons/chevron-down-$name.svg"); }
QTreeView[role="layers"] { padding: 0 8px; }
QTreeView:focus, QListView:focus { border: none; }
QHeaderView::section {
  background: $panel; color: $secondary; border: none; padding: 2px 4px; font-size: ${secondary_px}px;
}
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $field_line; border-radius: 3px; min-height: 24px; min-width: 24px; margin: 2px; }
QScrollBar::handle:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
  background: transparent; border: none; width: 0; height: 0;
}
QProgressBar { background: $pressed; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QFrame[role="strip"] { border-radius: 0; }
QFrame[role="strip"][tone="error"] { background: $error_ground; }
QFrame[role="strip"][tone="warning"] { background: $warning_ground; }
QFrame[role="strip"][tone="info"] { background: $info_ground; }
QFrame[role="card"] { background: $panel; border: 1px solid $field_line; border-radius: ${radius}px; }
""")


def style_sheet(theme: Theme) -> str:
    """The whole sheet for a theme."""
    tokens = {name: getattr(theme, name) for name in theme.__slots__}
    icons = (resources() / "icons" / "style").as_posix()
    sheet = _SHEET.substitute(
        tokens, radius=6, row=24, heading_px=HEADING_PX, secondary_px=SECONDARY_PX, icons=icons
    )
    return sheet
