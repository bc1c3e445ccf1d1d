from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gradviz.records.errors import RecordsError
from gradviz.records.ownership import OwnerLock, is_owned

HOLD = """
import sys
from pathlib import Path
from gradviz.records.ownership import OwnerLock
lock = OwnerLock.take(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_one_owner_in_a_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_owned(path)
    with OwnerLock.take(path) as lock:
        assert is_owned(path)
        with pytest.raises(RecordsError, match="in use"):
            OwnerLock.take(path)
        assert is_owned(path)
        lock.release()
        lock.release()
        assert not is_owned(path)
    assert not path.exists()


def test_the_lock_dies_with_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert is_owned(path)
        with pytest.raises(RecordsError, match="in use"):
            OwnerLock.take(path)
        process.kill()
    assert path.exists()
    assert not is_owned(path)
    OwnerLock.take(path).release()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="cannot be written"):
        OwnerLock.take(tmp_path / "none" / "lock")
