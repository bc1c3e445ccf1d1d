from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gradviz.paths import state_folder
from gradviz.records.errors import RecordsError
from gradviz.records.outputs import live_store_for, register_output


def test_a_promise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store"
    store.touch()
    target = tmp_path / "out.gradviz"
    assert live_store_for(target) is None
    with register_output(target, store, "run-1") as promise:
        monkeypatch.chdir(tmp_path)
        live = live_store_for("out.gradviz")
        assert live is not None
        assert (live.target, live.store, live.run) == (target, store, "run-1")
        assert live_store_for(tmp_path / "other.gradviz") is None
        with pytest.raises(RecordsError, match="Another run"):
            register_output(target, store, "run-2")
        promise.release()
        promise.release()
        assert live_store_for(target) is None
    register_output(target, store, "run-2").release()


def test_a_dead_promise_is_cleared_away(tmp_path: Path) -> None:
    script = (
        "import os, sys\nfrom gradviz.records.outputs import register_output\n"
        "promise = register_output(sys.argv[1], sys.argv[2], 'run-1')\nos._exit(0)"
    )
    (tmp_path / "store").touch()
    command = [sys.executable, "-c", script, str(tmp_path / "out"), str(tmp_path / "store")]
    subprocess.run(command, check=True)
    assert len(list((state_folder() / "outputs").iterdir())) == 2
    assert live_store_for(tmp_path / "out") is None
    assert list((state_folder() / "outputs").iterdir()) == []
