from __future__ import annotations

import pytest

from gradviz.control.session_document import SessionDocument
from gradviz.control.session_opening import PLACE
from gradviz.control.shown_place import ShownPlace


@pytest.fixture
def document(qapp):
    document = SessionDocument()
    yield document
    document.close()


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        {"run": 3, "layer": 4, "steps": [1]},
        {"run": "gone", "layer": None, "steps": {"gone": 3}},
        {"run": ["x"], "steps": {"x": "y"}},
    ],
)
def test_a_file_that_says_nonsense_is_as_one_that_says_nothing(document, kept) -> None:
    place = ShownPlace(document)
    wanted = []
    place.layer_wanted.connect(wanted.append)
    document.set_layout({PLACE: kept})
    place.take_from_document()
    assert (place.run, place.layer) == (None, "")
    assert place.step_of("gone") is None
    assert wanted == [""]


def test_to_look_somewhere_else_leaves_the_session_saved(document) -> None:
    place = ShownPlace(document)
    place.run, place.layer = "run", "Linear 3"
    document.saving.emit()
    assert document.layout[PLACE] == {"run": "run", "layer": "Linear 3", "steps": {}}
    assert not document.is_dirty
