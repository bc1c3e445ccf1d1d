"""The frozen program works where nothing else does: moved away, no home, no Python, no display.

Needs the folder that `pyinstaller --noconfirm gradviz.spec` makes; run with `pytest -m frozen`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.frozen, pytest.mark.timeout(300)]

BUILT = Path(__file__).parent.parent / "dist" / "gradviz"
FATAL = re.compile(
    r"Traceback|Fatal|Segmentation|Aborted|core dumped|ModuleNotFoundError|ImportError|PYI-\d+:ERROR"
    r"|cannot open shared object|could not (?:load|find|connect)|no Qt platform plugin",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The built program in a folder that it was not built in."""
    if not BUILT.is_dir():
        pytest.fail(f"{BUILT} is not there: run “pyinstaller --noconfirm gradviz.spec” first")
    moved = tmp_path_factory.mktemp("moved") / "somewhere else"
    shutil.copytree(BUILT, moved, symlinks=True)
    yield moved / ("gradviz-console.exe" if sys.platform == "win32" else "gradviz")
    shutil.rmtree(moved)


@pytest.fixture
def run(program, tmp_path):
    """Run the program with these arguments in an empty folder; nothing fatal may be said."""

    def run(*arguments):
        home, work = tmp_path / "home", tmp_path / "work"
        home.mkdir()
        work.mkdir()
        bare = {"HOME": str(home), "PATH": str(work), "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
        needed = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
        done = subprocess.run(
            [program, *arguments],
            cwd=work,
            env={**needed, **bare},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )
        said = done.stdout + done.stderr
        assert not FATAL.search(said), said
        return done

    return run


def test_selftest_passes(run):
    done = run("selftest")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "torch" in done.stdout


def test_trains_an_example_without_a_window(run):
    done = run("run", "example:vanishing", "--set", "training.steps=5", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"completed"' in done.stdout


@pytest.mark.parametrize("form", ["pytorch", "keras"])
def test_exports_a_script_with_the_source_text_that_it_carries(run, form):
    done = run("export", "example:residual-cnn", "--to", form, "-o", "-")
    assert done.returncode == 0, done.stdout + done.stderr
    compile(done.stdout, "script.py", "exec")
    assert "Residual" in done.stdout


def test_bad_input_is_one_line_and_status_2(run):
    done = run("run", "example:vanishin")
    assert done.returncode == 2
    assert done.stderr.startswith("gradviz: error:")
    assert done.stderr.count("\n") == 1


def test_brings_no_part_that_was_left_out(program):
    folder = program.parent
    pruned = re.compile(r"torch/test/|^_internal/(scipy|sklearn|pytest)/|libgtk|libqgtk3")
    left_out = [path for path in folder.rglob("*") if pruned.search(path.relative_to(folder).as_posix())]
    assert left_out == []
    assert sum(path.stat().st_size for path in folder.rglob("*") if not path.is_symlink()) < 800e6


def test_brings_the_compiled_extension(program):
    assert list(program.parent.glob("_internal/gradviz/probes/_squares*"))
