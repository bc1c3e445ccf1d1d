from gradviz.records.happenings import Event
from gradviz.views.event_marks import RANKS, track_marks
from gradviz.views.plots.edge_marks import Mark


def test_an_event_looks_like_a_value_off_the_scale_only_where_it_says_the_same() -> None:
    kinds = ("spike", "recording_held", "recording_resumed", "frozen", "resumed", "skipped_step")
    details = {"loss_scale": 2.0}
    events = [Event(step=1, kind=kind, layer=None, detail=details) for kind in kinds]
    glyphs = {mark.glyph for mark in track_marks(events)}
    assert glyphs & {mark.value for mark in Mark} == {Mark.FROZEN.value}
    frozen = Event(step=1, kind="frozen", layer=None, detail={})
    assert [mark.glyph for mark in track_marks([frozen])] == [Mark.FROZEN.value]
    assert glyphs <= set(RANKS)
