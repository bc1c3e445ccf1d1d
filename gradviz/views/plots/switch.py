"""A legend entry that switches its series: a short line in the series' own style, and its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QStyleOptionToolButton, QToolButton, QWidget

from gradviz.views.appearance import appearance
from gradviz.views.plots.legend_sample import HEIGHT, SYMBOLS, WIDTH, Sample
from gradviz.views.theme import Theme

_PAD = 5
_MARK = 10
"""The width of a mark without a line."""
_AROUND, _CLOSE, _ALONE = 22, 18, 14
"""What is around and between sample and name, and brief name, and what is around a sample alone."""


class LegendSwitch(QToolButton):
    """Checked: the series shows. `tone`, `style`, `dashes` and `symbol` are those of its `Sample`.

    `whose` names the compared run that it switches, in full; it is empty where that is the shown run. `brief`
    is what tells its name from the others beside it, for where those have no room.
    """

    def __init__(
        self,
        text: str,
        tone: str,
        style: str,
        tip: str,
        parent: QWidget | None = None,
        *,
        dashes: Sequence[float] = (5, 3),
        symbol: str | None = None,
        whose: str = "",
        brief: str = "",
    ) -> None:
        super().__init__(parent)
        self.brief = brief
        self._is_brief = False
        self.sample = Sample(tone=tone, style=style, dashes=tuple(dashes), symbol=symbol)
        self.whose = whose
        self.setProperty("role", "chip")
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._sample_room = (_MARK if style in SYMBOLS else WIDTH) + _PAD
        self.setIconSize(QSize(self._sample_room, HEIGHT))
        appearance().changed.connect(self._on_theme)
        self._on_theme(appearance().theme)

    def sizeHint(self) -> QSize:
        """What sample and name need: a style leaves room for more."""
        if self.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
            width = self.sample_width()
        else:
            width = self.brief_width() if self._is_brief else self.full_width()
        return QSize(width, super().sizeHint().height())

    @property
    def shown_name(self) -> str:
        """What stands beside its sample now."""
        if self.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
            return ""
        return self.brief if self._is_brief else self.text()

    def show_name(self, style: Qt.ToolButtonStyle, *, brief: bool = False) -> None:
        """Stand there with its name or without; with its `brief` one where it has that."""
        is_brief = brief and bool(self.brief)
        if (style, is_brief) != (self.toolButtonStyle(), self._is_brief):
            self._is_brief = is_brief
            self.setToolButtonStyle(style)
            self.updateGeometry()
            self.update()

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """What the style draws: the name that there is room for."""
        super().initStyleOption(option)
        if self._is_brief:
            option.text = self.brief  # type: ignore[attr-defined]

    def sample_width(self) -> int:
        """The width of a sample alone."""
        return self._sample_room + _ALONE

    def full_width(self) -> int:
        """The width of sample and name."""
        return self._width_of(self.text()) + _AROUND

    def brief_width(self) -> int:
        """The width of sample and brief name, or of what stands for one."""
        return self._width_of(self.brief) + _CLOSE if self.brief else self.full_width()

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def _width_of(self, name: str) -> int:
        self.ensurePolished()
        return self._sample_room + self.fontMetrics().horizontalAdvance(name)

    def _on_theme(self, theme: Theme) -> None:
        sample = QIcon()
        for state, colour in (
            (QIcon.State.On, getattr(theme, self.sample.tone)),
            (QIcon.State.Off, theme.field_line),
        ):
            sample.addPixmap(self._picture(colour, theme.panel), QIcon.Mode.Normal, state)
        self.setIcon(sample)

    def _picture(self, colour: str, ground: str) -> QPixmap:
        ratio = max(2.0, self.devicePixelRatioF())
        result = QPixmap(QSize(round(self._sample_room * ratio), round(HEIGHT * ratio)))
        result.setDevicePixelRatio(ratio)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate((self._sample_room - _PAD - WIDTH) / 2, 0)
        self.sample.draw(painter, colour, ground)
        painter.end()
        return result
