import pytest

from gradviz.views.layer_table.frame import LayerTable


@pytest.fixture
def frame(app, qtbot):
    frame = LayerTable()
    qtbot.addWidget(frame)
    frame.resize(820, 420)
    frame.show()
    return frame
