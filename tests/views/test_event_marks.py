from gradviz.records.happenings import Event
from gradviz.views.event_marks import RANKS, track_marks
from gradviz.views.plots.edge_marks import Mark


def test_no_event_looks_like_a_value_off_the_scale_but_one_that_is_not_finite() -> None:
    kinds = ("spike", "recording_held", "recording_resumed", "frozen", "resumed", "skipped_step")
    details = {"loss_scale": 2.0}
    events = [Event(step=1, kind=kind, layer=None, detail=details) for kind in kinds]
    glyphs = {mark.glyph for mark in track_marks(events)}
    assert not glyphs & {mark.value for mark in Mark}
    assert glyphs <= set(RANKS)
