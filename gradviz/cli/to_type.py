"""A command to copy from a message: a name with a space in it is quoted, as the shell here wants it."""

from __future__ import annotations

import shlex
import subprocess
import sys


def to_type(*words: object) -> str:
    """`gradviz` and these words, as they can be pasted."""
    line = ["gradviz", *map(str, words)]
    return subprocess.list2cmdline(line) if sys.platform == "win32" else shlex.join(line)
