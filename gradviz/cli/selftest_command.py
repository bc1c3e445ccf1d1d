"""`gradviz selftest`: does this copy work, on this machine? What a frozen copy is checked with."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from gradviz import __version__
from gradviz.paths import resources
from gradviz.views.display import missing_display


def execute(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes them
    """Do the round and say each thing that works; 1 and the reason where one does not."""
    print(f"gradviz {__version__}, Python {platform.python_version()}, {platform.platform()}")
    if missing_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="gradviz-") as name:
        folder = Path(name)
        os.environ["GRADVIZ_STATE"] = str(folder / "state")  # nothing of the user's is touched
        return _check(folder)


def _check(folder: Path) -> int:
    from gradviz.views.selftest import SelfTestError, check_window  # noqa: PLC0415 - Qt may be missing

    try:
        counts = {part: len(list((resources() / part).iterdir())) for part in ("examples", "data", "icons")}
        print("resources: " + ", ".join(f"{count} {part}" for part, count in counts.items()))
        check_window(folder, print)
        _check_images(folder / "images")
        _check_downloads()
    except (SelfTestError, OSError, ValueError) as error:
        print(f"FAILED: {error}")
        return 1
    print("All is well.")
    return 0


def _check_images(folder: Path) -> None:
    """Read an image of every usual format. Raises DataError."""
    from PIL import Image  # noqa: PLC0415 - only here

    from gradviz.data.load import load  # noqa: PLC0415
    from gradviz.spec.experiment import DataSpec  # noqa: PLC0415

    formats = ("png", "jpg", "bmp", "gif", "webp")
    for colour in ("black", "white"):
        (folder / colour).mkdir(parents=True)
        for suffix in formats:
            Image.new("RGB", (8, 8), colour).save(folder / colour / f"x.{suffix}")
    data = load(DataSpec(name="image_folder", parameters={"path": str(folder)}), seed=0)
    print(f"images: {data.info.samples} read, as {', '.join(formats)}")


def _check_downloads() -> None:
    """Find what downloads need. Raises OSError."""
    import pooch  # noqa: PLC0415 - only here
    from requests.utils import DEFAULT_CA_BUNDLE_PATH  # noqa: PLC0415

    size = Path(DEFAULT_CA_BUNDLE_PATH).stat().st_size
    print(f"downloads: pooch {pooch.__version__}, {size:,} bytes of certificates")
