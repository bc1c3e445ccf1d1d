"""The screens where Python code comes in: an imported model, one that fails, the dialog, the question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QMessageBox, QWidget

from gradviz.spec.experiment import ModelSpec
from gradviz.spec.source import offered
from gradviz.trust import allow, forbid
from gradviz.views.import_dialog import ImportDialog
from gradviz.views.main_window import MainWindow

Prepare = Callable[[MainWindow], QWidget]
CODE = """from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)

    def forward(self, x):
        return x + self.second(self.first(self.norm(x)).tanh())


class Net(nn.Module):
    def __init__(self, width=64, depth=4):
        super().__init__()
        self.stem = nn.Sequential(nn.Flatten(), nn.Linear(64, width))
        self.blocks = nn.Sequential(*(Block(width) for _ in range(depth)))
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))


def broken():
    raise ValueError("width must be even")
"""


def code_screens(state: Path, ready: Prepare) -> Iterator[tuple[str, Prepare]]:
    """Name and preparation of each; `ready` lets the engine answer."""
    path = state / "my_networks" / "net.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(CODE)

    def imported(name: str) -> Prepare:
        def prepare(shown: MainWindow) -> QWidget:
            allow(path)
            document = shown.document
            model = ModelSpec(source=f"{path}:{name}", arguments={"depth": 6} if name == "Net" else {})
            document.edit(replace(document.experiment, model=model), "Import")
            return ready(shown)

        return prepare

    def asking(shown: MainWindow) -> QWidget:
        prepare(shown)
        forbid(path)
        shown.code.ask_permission()
        box = shown.findChild(QMessageBox)
        return box if box is not None else shown

    def refused(shown: MainWindow) -> QWidget:
        prepare(shown)
        forbid(path)
        document = shown.document
        document.edit(replace(document.experiment, name="Own network"), "Rename")
        return ready(shown)

    def dialog(shown: MainWindow) -> QWidget:
        ready(shown)
        forbid(path)
        made = ImportDialog(path, offered(path), allowed=False, parent=shown)
        made.arguments.setPlainText("depth = 6\nwidth =")
        made.show()
        return made

    prepare = imported("Net")
    yield "imported", prepare
    yield "imported-fails", imported("broken")
    yield "imported-refused", refused
    yield "import-dialog", dialog
    yield "import-question", asking
