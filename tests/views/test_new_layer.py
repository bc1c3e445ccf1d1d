import pytest

from gradviz.spec.experiment import LayerSpec
from gradviz.views.new_layer import place_for

HIDDEN = LayerSpec(kind="Linear", parameters={"out_features": 64})
OUTPUT = LayerSpec(kind="Linear", parameters={"out_features": "classes"})


@pytest.mark.parametrize(
    ("selected", "is_block", "top_level", "place"),
    [
        ((), False, (), (0,)),
        ((), False, (HIDDEN,), (1,)),
        ((), False, (HIDDEN, OUTPUT), (1,)),
        ((0,), False, (HIDDEN, OUTPUT), (1,)),
        ((1, 2), False, (HIDDEN, OUTPUT), (1, 3)),
        ((1,), True, (HIDDEN, OUTPUT), (1, 0)),
    ],
)
def test_where_a_new_layer_goes(selected, is_block, top_level, place) -> None:
    """With nothing selected it goes before the output, which must stay the last."""
    assert place_for(selected, is_block=is_block, top_level=top_level) == place
