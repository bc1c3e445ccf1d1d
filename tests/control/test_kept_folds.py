import pytest

from gradviz.control.kept_folds import FOLDS, KeptFolds
from gradviz.control.session_document import SessionDocument


@pytest.fixture
def document(qapp):
    document = SessionDocument()
    yield document
    document.close()


def test_each_view_has_its_own_and_the_session_stays_saved(document, qtbot) -> None:
    kept = KeptFolds(document)
    assert kept.of("layers") is None
    kept.keep("layers", {"blocks": True})
    kept.keep("diagram", {"0": "folded"})
    assert (kept.of("layers"), kept.of("diagram")) == ({"blocks": True}, {"0": "folded"})
    assert not document.is_dirty
    with qtbot.waitSignal(kept.reopened):
        document.new()
    assert kept.of("layers") is None


def test_a_layout_that_says_nonsense_is_written_over(document) -> None:
    kept = KeptFolds(document)
    document.set_layout({FOLDS: [1], "other": 2})
    assert kept.of("layers") is None
    kept.keep("layers", 3)
    assert document.layout == {FOLDS: {"layers": 3}, "other": 2}
