"""What may run is remembered by file, and a damaged memory means that nothing may."""

import pytest

from gradviz.paths import state_folder
from gradviz.trust import allow, forbid, is_allowed


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))


def test_what_was_allowed_stays_allowed_until_it_is_forbidden(tmp_path, monkeypatch):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    assert not is_allowed(one)
    allow(one)
    allow(two)
    monkeypatch.chdir(tmp_path)
    assert is_allowed(one.relative_to(tmp_path))
    forbid(one)
    assert not is_allowed(one)
    assert is_allowed(two)


@pytest.mark.parametrize("text", ["", "{}", "[1, null]", "not JSON", "\xff"])
def test_a_damaged_memory_allows_nothing_and_is_mended(tmp_path, text):
    (state_folder() / "allowed-files.json").write_text(text, encoding="latin-1")
    assert not is_allowed(tmp_path / "one.py")
    allow(tmp_path / "one.py")
    assert is_allowed(tmp_path / "one.py")
