"""Memory that is freed is at hand again: in a process of its own, for the setting is the whole process's."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

CODE = """
import resource, sys, threading
import numpy as np
from gradviz.training.allocator import keep_freed_memory
kept = keep_freed_memory() if sys.argv[1] == "kept" else False
def step():
    for block in [np.ones(1 << 20, np.float32) for _ in range(int(sys.argv[3]))]:
        del block
def train():
    for _ in range(3):
        step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        step()
    print(int(kept), (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 5)
if sys.argv[2] == "in a thread":
    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
else:
    train()
"""


def faults(
    allocator: str, where: str = "in the main thread", blocks: int = 8, **environment: str
) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", CODE, allocator, where, str(blocks)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    kept, count = done.stdout.split()
    return int(kept), int(count)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="there is nothing to tell another C library")
@pytest.mark.parametrize("where", ["in the main thread", "in a thread"])
@pytest.mark.parametrize("blocks", [8, 40])
def test_a_step_that_frees_its_memory_finds_it_again(where: str, blocks: int) -> None:
    kept, count = faults("kept", where, blocks)
    assert kept
    assert count < 100
    assert faults("as it is", where, blocks)[1] > 1000  # 32 MiB are 8,192 pages


def test_what_the_environment_says_holds() -> None:
    assert faults("kept", MALLOC_TRIM_THRESHOLD_="131072")[0] == 0
