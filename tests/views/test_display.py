import ctypes

import pytest

from gradviz.views.display import missing_display

X = {"DISPLAY": ":0"}


def loader(*missing: str):
    def load(name: str) -> object:
        if name in missing:
            raise OSError(f"{name}: cannot open shared object file")
        return object()

    return load


def test_no_display_is_said_with_the_way_out() -> None:
    text = missing_display({}, "linux", loader())
    assert "DISPLAY" in text
    assert "gradviz run" in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "environment", [X, {"WAYLAND_DISPLAY": "wayland-0"}, {"QT_QPA_PLATFORM": "offscreen"}]
)
def test_nothing_is_missing(environment) -> None:
    assert missing_display(environment, "linux", loader()) is None


def test_a_missing_library_is_named_with_its_package() -> None:
    text = missing_display(X, "linux", loader("libxcb-cursor.so.0"))
    assert "libxcb-cursor.so.0" in text
    assert "apt install libxcb-cursor0" in text


def test_what_every_platform_needs_is_looked_for_first() -> None:
    text = missing_display({"QT_QPA_PLATFORM": "offscreen"}, "linux", loader("libEGL.so.1"))
    assert "libegl1" in text


def test_wayland_needs_no_xcb() -> None:
    environment = {"WAYLAND_DISPLAY": "wayland-0", **X}
    assert missing_display(environment, "linux", loader("libxcb-cursor.so.0")) is None
    assert missing_display({**environment, "QT_QPA_PLATFORM": "xcb"}, "linux", loader("libxcb-cursor.so.0"))


def test_a_display_that_does_not_answer() -> None:
    def load(name: str) -> object:
        return ctypes.CDLL(name) if name == "libxcb.so.1" else object()

    try:
        ctypes.CDLL("libxcb.so.1")
    except OSError:
        pytest.skip("no libxcb here")
    text = missing_display({"DISPLAY": ":987"}, "linux", load)
    assert "“:987” cannot be reached" in text


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_always_have_one(platform) -> None:
    assert missing_display({}, platform, loader("libEGL.so.1")) is None
