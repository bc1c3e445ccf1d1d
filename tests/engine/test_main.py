"""Where the program starts."""

from __future__ import annotations

import subprocess
import sys

from gradviz import __main__
from gradviz.cli import main as command_line


def test_other_words_go_to_the_command_line(monkeypatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(command_line, "main", lambda arguments: seen.append(arguments) or 7)
    assert __main__.main(["info", "x"]) == 7
    monkeypatch.setattr(sys, "argv", ["gradviz", "examples"])
    assert __main__.main() == 7
    assert seen == [["info", "x"], ["examples"]]


def test_the_pipes_are_saved_before_anything_else_is_imported() -> None:
    code = (
        "import sys; before = set(sys.modules); import gradviz.__main__;"
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('gradviz')))"
    )
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torch" not in got.stdout
    assert "numpy" not in got.stdout
    assert "PySide6" not in got.stdout


def test_an_engine_with_no_input_ends_at_once() -> None:
    got = subprocess.run(
        [sys.executable, "-m", "gradviz", "engine"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert got.stdout.startswith(b'{"event":"ready"')
    assert got.stderr == b""
