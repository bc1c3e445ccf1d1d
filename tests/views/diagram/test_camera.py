import pytest

from gradviz.views.diagram.camera import HIGHEST, MARGIN, Camera

TALL = Camera(width=600, height=700, left=-130, scene_width=260, scene_height=60_000)
SMALL = Camera(width=600, height=700, left=-130, scene_width=260, scene_height=400)


def test_a_place_comes_back_from_the_view() -> None:
    camera = TALL.start().panned(0, 500)
    assert camera.to_scene(*camera.to_view(12.5, 900)) == pytest.approx((12.5, 900))


def test_what_is_under_the_pointer_stays_there() -> None:
    camera = TALL.start().panned(0, 5000)
    before = camera.to_scene(300, 200)
    for factor in (1.2, 0.7, 1.3):
        camera = camera.zoomed(factor, 300, 200)
        assert camera.to_scene(300, 200)[1] == pytest.approx(before[1])


def test_a_small_network_is_shown_whole_in_the_middle_at_full_size() -> None:
    camera = SMALL.start()
    assert camera.zoom == 1
    assert camera.shows_all
    top, bottom = camera.to_view(0, 0)[1], camera.to_view(0, 400)[1]
    assert top == pytest.approx(700 - bottom)
    assert camera.to_view(0, 0)[0] == pytest.approx(300)


def test_a_tall_network_starts_legible_at_its_input() -> None:
    camera = TALL.start()
    assert camera.zoom == pytest.approx(0.8)
    assert camera.to_view(0, 0)[1] == MARGIN
    assert not camera.shows_all


def test_all_of_it_is_broad_bars_and_not_a_thread() -> None:
    camera = TALL.all()
    assert camera.shows_all
    assert camera.to_view(0, 60_000)[1] <= 700
    left, right = camera.to_view(-130, 0)[0], camera.to_view(130, 0)[0]
    assert right - left > 150


def test_zoom_has_its_limits() -> None:
    assert TALL.start().zoomed(1e9, 10, 10).zoom == HIGHEST
    assert TALL.start().zoomed(1e-9, 10, 10).zoom == pytest.approx(TALL.lowest)
    assert SMALL.start().zoomed(1e-9, 10, 10).zoom == 1


def test_it_does_not_scroll_beyond_the_edges() -> None:
    camera = TALL.start().panned(-1e9, -1e9)
    assert (camera.x, camera.y) == (0, 0)
    camera = camera.panned(1e9, 1e9)
    assert camera.to_view(0, 60_000)[1] == pytest.approx(700 - MARGIN)


def test_it_scrolls_no_further_than_needed_to_show_a_box() -> None:
    camera = TALL.start()
    assert camera.showing(10, 50, -122, 122) == camera
    there = camera.showing(30_000, 30_044, -122, 122)
    assert there.to_view(0, 30_044)[1] == pytest.approx(700 - MARGIN)
    back = there.showing(29_000, 29_044, -122, 122)
    assert back.to_view(0, 29_000)[1] == pytest.approx(MARGIN)


def test_a_wide_network_is_squeezed_to_the_view() -> None:
    wide = Camera(width=600, height=700, left=-600, scene_width=1200, scene_height=5000).all()
    assert wide.to_view(600, 0)[0] <= 600
    assert wide.full_width <= 601
