"""A command to copy from a message."""

from __future__ import annotations

import shlex
import sys

import pytest

from gradviz.cli.to_type import to_type


def test_plain_names_stay_plain():
    assert to_type("run", "a.toml") == "gradviz run a.toml"


@pytest.mark.parametrize(
    ("system", "line"),
    [("linux", "gradviz run 'my run.toml' --resume"), ("win32", 'gradviz run "my run.toml" --resume')],
)
def test_a_space_is_quoted_as_the_system_does(monkeypatch, system, line):
    monkeypatch.setattr(sys, "platform", system)
    assert to_type("run", "my run.toml", "--resume") == line


@pytest.mark.skipif(sys.platform == "win32", reason="another shell")
@pytest.mark.parametrize("name", ["wéird dir ü/r 20.toml", "it's", "$HOME", "a;b", ""])
def test_what_is_pasted_is_what_was_meant(name):
    assert shlex.split(to_type("info", name)) == ["gradviz", "info", name]
