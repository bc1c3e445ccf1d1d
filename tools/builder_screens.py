"""The screens of the model builder: selections, problems, drags, the palette, the templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QWidget
from screen_stage import LARGE, NORMAL, Prepare, ready

from gradviz.control.engine_state import TemplateMade
from gradviz.spec import tree
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec
from gradviz.views.main_window import MainWindow

RESIDUAL = ExperimentSpec(
    name="Residual",
    model=ModelSpec(
        layers=(
            LayerSpec(kind="Conv2d", parameters={"out_channels": 16, "kernel_size": 3, "padding": 1}),
            LayerSpec(
                kind="Repeat",
                parameters={"times": 18},
                body=(
                    LayerSpec(
                        kind="Residual",
                        body=(
                            LayerSpec(
                                kind="Conv2d", parameters={"out_channels": 16, "kernel_size": 3, "padding": 1}
                            ),
                            LayerSpec(kind="ReLU"),
                            LayerSpec(
                                kind="Conv2d", parameters={"out_channels": 16, "kernel_size": 3, "padding": 1}
                            ),
                        ),
                    ),
                    LayerSpec(kind="Tanh"),
                ),
            ),
            LayerSpec(kind="Flatten"),
            LayerSpec(kind="Linear", parameters={"out_features": "classes"}),
        )
    ),
)


def builder_screens() -> Iterator[tuple[str, Prepare, QSize]]:
    """Name, preparation and size of each."""
    yield "problem", problem, NORMAL
    yield "editing", editing, NORMAL
    yield "several", several, NORMAL
    yield "alike", alike, NORMAL
    yield "repeat", repeat, NORMAL
    yield "repeat-4k", repeat, LARGE
    yield "builder-menu", builder_menu, NORMAL
    yield "no-layers", no_layers, NORMAL
    yield "templates", templates, NORMAL
    yield "drag-line", dragging((1, 1), 0.9), NORMAL
    yield "drag-into", dragging((1,), 0.5), NORMAL
    yield "palette", palette, NORMAL


def problem(shown: MainWindow) -> QWidget:
    """A layer that cannot be built."""
    ready(shown)
    layers = shown.document.experiment.model.layers
    wrong = replace(tree.at(layers, (1, 0)), parameters={"out_features": -3})
    shown.document.replace_layer((1, 0), wrong)
    return editing(shown)


def editing(shown: MainWindow) -> QWidget:
    """A selected layer with its form."""
    ready(shown)
    shown.left.builder.tree.setCurrentIndex(shown.layer_model.index_of((1, 0)))
    return shown


def several(shown: MainWindow) -> QWidget:
    """Layers of different kinds, with the form of what they share."""
    ready(shown)
    shown.left.builder.tree.select_paths([(1, 0), (2,)])
    return shown


def alike(shown: MainWindow) -> QWidget:
    """All activations of a residual network, about to be changed at once."""
    shown.document.new(RESIDUAL)
    ready(shown)
    shown.left.builder.tree.select_paths([(1, 0, 1)])
    shown.actions_by_key["layer.select_group"].trigger()
    return shown


def repeat(shown: MainWindow) -> QWidget:
    """A Repeat with its sliders."""
    ready(shown)
    shown.left.builder.tree.select_paths([(1,)])
    return shown


def builder_menu(shown: MainWindow) -> QWidget:
    """What can be done with the selected layers."""
    several(shown)
    menu = shown.left.builder.context_menu()
    menu.popup(shown.mapToGlobal(shown.rect().center()))
    return menu


def templates(shown: MainWindow) -> QWidget:
    """The published architectures."""
    ready(shown)
    shown.templates.open()
    dialog = shown.templates.dialog
    dialog.search.setText("res")
    dialog.list.setCurrentItem(dialog._items()[1])  # noqa: SLF001 - the second one
    dialog.show_answer(
        TemplateMade(
            id=0, experiment=RESIDUAL, layers=161, parameters=25_557_032, multiply_adds=4_089_184_256
        )
    )
    return dialog


def no_layers(shown: MainWindow) -> QWidget:
    """A model without layers."""
    shown.document.new(ExperimentSpec())
    return ready(shown)


def dragging(place: tuple[int, ...], part: float) -> Prepare:
    """A layer that is dragged over another one."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown)
        view, model = shown.left.builder.tree, shown.layer_model
        view.select_paths([(0,)])
        rect = view.visualRect(model.index_of(place))
        point = QPoint(rect.left() + 20, round(rect.top() + part * rect.height()))
        data = model.mimeData([model.index_of((0,))])
        event = QDragEnterEvent(
            point, Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(view.viewport(), event)
        return shown

    return prepare


def palette(shown: MainWindow) -> QWidget:
    """The layers that can be added."""
    ready(shown)
    shown.left.builder.open_palette()
    return shown.left.builder.palette_popup
