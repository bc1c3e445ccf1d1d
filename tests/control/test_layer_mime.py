import pytest
from PySide6.QtCore import QMimeData

from gradviz.control.layer_mime import LAYER_MIME, LayerOrigin, may_hold_layers, origin_of, pack, unpack
from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.spec.experiment import LayerSpec
from gradviz.spec.problem import SpecError

CATALOGUE = Catalogue(layers=(Entry(name="ReLU", group="", doc=""),))
RELU = LayerSpec(kind="ReLU")


def text(content: str) -> QMimeData:
    data = QMimeData()
    data.setText(content)
    return data


def test_layers_are_packed_as_a_text_that_anything_takes() -> None:
    origin = LayerOrigin(tree="t", paths=((0,), (1, 2)))
    data = pack([RELU], origin)
    assert data.text() == 'layers = [\n  { kind = "ReLU" },\n]\n'
    assert may_hold_layers(data)
    assert origin_of(data) == origin
    assert unpack(data, CATALOGUE) == (RELU,)


def test_what_this_program_packed_is_taken_as_it_is() -> None:
    strange = LayerSpec(kind="Strange", parameters={"x": -1})
    assert unpack(pack([strange]), CATALOGUE) == (strange,)
    with pytest.raises(SpecError, match="no layer is called"):
        unpack(text(pack([strange]).text()), CATALOGUE)


@pytest.mark.parametrize("mark", [b"", b"x", b"[]", b'{"tree": 1}', b'{"tree": "t", "paths": [1]}'])
def test_a_broken_mark_is_of_no_tree(mark: bytes) -> None:
    data = text("layers = []")
    data.setData(LAYER_MIME, mark)
    assert origin_of(data) == LayerOrigin()


def test_what_is_not_worth_reading() -> None:
    assert not may_hold_layers(QMimeData())
    assert not may_hold_layers(text("  \n"))
    assert may_hold_layers(text("anything"))
