"""The style sheet, made of a theme's tokens: quiet controls of 28 px, corners of 6, no boxes in boxes.

The sheet itself is `resources/style.qss`, with `$token` for every token of the theme. Roles are dynamic
properties: `role="heading"`, `role="secondary"`, `role="primary"`, `role="panel"`, …
"""

from __future__ import annotations

from string import Template

from gradviz.paths import resources
from gradviz.views.theme import HEADING_PX, RADIUS, ROW_HEIGHT, SECONDARY_PX, Theme


def style_sheet(theme: Theme) -> str:
    """The whole sheet for a theme."""
    folder = resources()
    tokens = {name: getattr(theme, name) for name in theme.__slots__}
    return Template((folder / "style.qss").read_text(encoding="utf-8")).substitute(
        tokens,
        radius=RADIUS,
        row=ROW_HEIGHT,
        heading_px=HEADING_PX,
        secondary_px=SECONDARY_PX,
        icons=(folder / "icons" / "style").as_posix(),
    )
