"""A real window on a real X server, driven by mouse and keys (see mouse_round.py and its siblings)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = ("mouse_round", "builder_round", "arranging_round")
TOOLS = ("xvfb-run", "xdotool", "openbox")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]


@pytest.mark.timeout(240)
@pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)} (Debian: xvfb xdotool openbox)")
@pytest.mark.parametrize("script", SCRIPTS)
def test_with_a_mouse(script, tmp_path):
    path = Path(__file__).with_name(f"{script}.py")
    pictures = Path(os.environ.get("GRADVIZ_PICTURES", tmp_path))
    pictures.mkdir(exist_ok=True)
    command = f"openbox & sleep 0.5; {sys.executable} {path} {pictures}; status=$?; kill %1; exit $status"
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x860x24", "bash", "-c", command],
        env={**os.environ, "QT_QPA_PLATFORM": "xcb", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
