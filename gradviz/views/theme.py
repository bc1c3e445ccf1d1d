"""The two themes as tokens: every colour and measure that a screen uses, and the palette made of them.

Colours are for meaning only and never alone: a mark or a word always says the same. Text keeps at
least 4.5 : 1 against its ground.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

GRID = 4
CONTROL_HEIGHT = 28
ROW_HEIGHT = 24
RADIUS = 6
TEXT_PX = 13
SECONDARY_PX = 12
HEADING_PX = 15
TOOLBAR_HEIGHT = 44
TIME_BAR_HEIGHT = 36


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """One theme's colours, as #RRGGBB."""

    name: str
    ground: str
    panel: str
    field: str
    text: str
    secondary: str
    disabled: str
    line: str
    field_line: str
    hover: str
    pressed: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    selection: str
    vanishing: str
    exploding: str
    non_finite: str
    zero: str
    good: str
    warning_ground: str
    error_ground: str
    info_ground: str
    train_line: str
    validation_line: str
    limit_line: str
    run_1: str
    run_2: str
    run_3: str
    run_4: str
    run_5: str
    run_6: str
    run_7: str
    run_8: str
    part_1: str
    part_2: str
    part_3: str
    part_4: str
    part_5: str
    part_6: str
    part_7: str
    part_8: str

    @property
    def is_dark(self) -> bool:
        """Whether this is the dark one."""
        return self.name == "dark"


LIGHT = Theme(
    name="light",
    ground="#F7F8FA",
    panel="#FFFFFF",
    field="#FFFFFF",
    text="#1F2328",
    secondary="#59636E",
    disabled="#9AA3AD",
    line="#E3E6EA",
    field_line="#CBD0D7",
    hover="#EEF1F4",
    pressed="#E2E6EB",
    accent="#2F6FDE",
    accent_hover="#2763CC",
    accent_pressed="#2157B6",
    on_accent="#FFFFFF",
    selection="#DCE8FC",
    vanishing="#1B62C4",
    exploding="#B84A00",
    non_finite="#C2188B",
    zero="#8C939C",
    good="#1A7F4B",
    warning_ground="#FFF4E0",
    error_ground="#FCE9F4",
    info_ground="#E9F0FD",
    train_line="#2F6FDE",
    validation_line="#B84A00",
    limit_line="#1A7F4B",
    run_1="#883961",
    run_2="#12A2A0",
    run_3="#4A3374",
    run_4="#58A269",
    run_5="#0F92C6",
    run_6="#781E2C",
    run_7="#032AB8",
    run_8="#8D0106",
    part_1="#2F6FDE",
    part_2="#B84A00",
    part_3="#1A7F4B",
    part_4="#8E3FB5",
    part_5="#0B8296",
    part_6="#7A6200",
    part_7="#55606E",
    part_8="#C0392B",
)

DARK = Theme(
    name="dark",
    ground="#1E1F24",
    panel="#26282E",
    field="#2D3037",
    text="#E6E6E9",
    secondary="#A0A4AE",
    disabled="#686C76",
    line="#3A3D45",
    field_line="#4A4E58",
    hover="#32353C",
    pressed="#3C4048",
    accent="#6C9BF5",
    accent_hover="#82AAF7",
    accent_pressed="#5A8CEE",
    on_accent="#12141A",
    selection="#2A3856",
    vanishing="#7DB0FF",
    exploding="#FF9F5A",
    non_finite="#FF7AC8",
    zero="#7C818C",
    good="#5CCB8F",
    warning_ground="#3D3324",
    error_ground="#43293A",
    info_ground="#2A3449",
    train_line="#6C9BF5",
    validation_line="#FFB37A",
    limit_line="#5CCB8F",
    run_1="#FD969F",
    run_2="#4BFEF9",
    run_3="#AA4E9E",
    run_4="#F6E402",
    run_5="#4466FA",
    run_6="#B55474",
    run_7="#956908",
    run_8="#D29D08",
    part_1="#6C9BF5",
    part_2="#FFB37A",
    part_3="#5CCB8F",
    part_4="#C79BF2",
    part_5="#5FD0DC",
    part_6="#D9C45A",
    part_7="#A9B2BF",
    part_8="#F28B82",
)


RUN_TONES = tuple(f"run_{number}" for number in range(1, 9))
"""The colours of runs in their order, as tokens.

Searched for the largest least distance (CIE 1976 ΔE, 21 and more) between any two of them and the lines of
the shown run, as seen without and with red or green blindness (Machado 2009), at 3 : 1 on the panel.
"""


PART_TONES = tuple(f"part_{number}" for number in range(1, 9))
"""The colours of gates and heads, as tokens; at 4.5 : 1 on the panel, since labels are written in them."""


def run_tone(number: int) -> str:
    """The token of the colour of a session's run, counted from 1; after eight they come again."""
    return RUN_TONES[(number - 1) % len(RUN_TONES)]


def palette(theme: Theme) -> QPalette:
    """The palette that Qt's own widgets, dialogs and menus draw with."""
    result = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, theme.ground),
        (role.WindowText, theme.text),
        (role.Base, theme.field),
        (role.AlternateBase, theme.ground),
        (role.Text, theme.text),
        (role.Button, theme.panel),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.non_finite),
        (role.ToolTipBase, theme.panel),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.secondary),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.Light, theme.panel),
        (role.Midlight, theme.line),
        (role.Mid, theme.line),
        (role.Dark, theme.field_line),
        (role.Shadow, theme.field_line),
    ):
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.disabled))
    return result
