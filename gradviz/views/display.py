"""Whether a window can be opened at all, found out before Qt is asked: Qt would abort the program."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping

HINT = "To train without a window: gradviz run EXPERIMENT"
_XCB = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
_ANY = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""What Qt's own libraries are linked against, by the Debian package that brings it."""


def missing_display(
    environment: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    load: Callable[[str], object] = ctypes.CDLL,
) -> str | None:
    """One line that says what a window needs and is not there, or None. Imports no Qt."""
    environment = os.environ if environment is None else environment
    if not platform.startswith("linux"):
        return None
    if problem := _missing_library(_ANY, load):
        return problem
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if chosen and not chosen.startswith("xcb"):
        return None
    has_x, has_wayland = bool(environment.get("DISPLAY")), bool(environment.get("WAYLAND_DISPLAY"))
    if not has_x and not has_wayland:
        return f"no display: neither DISPLAY nor WAYLAND_DISPLAY is set. {HINT}"
    if has_x and (not has_wayland or chosen):
        return _missing_library(_XCB, load) or _unreachable(environment["DISPLAY"], load)
    return None


def _missing_library(libraries: Mapping[str, str], load: Callable[[str], object]) -> str | None:
    for library, package in libraries.items():
        try:
            load(library)
        except OSError:
            return f"{library} is missing (Debian and Ubuntu: apt install {package}). {HINT}"
    return None


def _unreachable(display: str, load: Callable[[str], object]) -> str | None:
    """Whether the X server cannot be reached, asked as Qt would."""
    try:
        xcb = load("libxcb.so.1")
    except OSError:
        return f"libxcb.so.1 is missing (Debian and Ubuntu: apt install libxcb1). {HINT}"
    if not isinstance(xcb, ctypes.CDLL):
        return None
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"the display “{display}” cannot be reached. {HINT}" if failed else None
