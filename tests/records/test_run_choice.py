from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gradviz.records.errors import RecordsError
from gradviz.records.run_choice import RUN_NAMES, choose_run, in_place_of
from gradviz.records.session import RunSource, Session


@pytest.fixture
def named(session: Session) -> Session:
    return replace(session, layout={RUN_NAMES: {"run-0": "First", "run-2": "Deep"}})


@pytest.mark.parametrize(
    ("name", "run"),
    [(None, "run-2"), ("First", "run-0"), ("Deep", "run-2"), ("run-1", "run-1"), ("Name of run-1", "run-1")],
)
def test_a_name_is_the_windows_or_the_experiments_or_the_id(name: str | None, run: str, named) -> None:
    assert choose_run(named, name).id == run


def test_of_the_same_name_the_newest(named) -> None:
    twice = replace(named, layout={RUN_NAMES: {"run-0": "Same", "run-1": "Same"}})
    assert choose_run(twice, "Same").id == "run-1"


def test_why_there_is_none(named) -> None:
    with pytest.raises(RecordsError, match="no run “x”; there is “First”, “Name of run-1”, “Deep”"):
        choose_run(named, "x")
    with pytest.raises(RecordsError, match=r"“/a\.gradviz” holds no run"):
        choose_run(replace(named, runs=(), path=Path("/a.gradviz")))


def test_another_run_takes_place_and_name(named) -> None:
    new = RunSource(id="new", path=Path("/new"))
    changed = in_place_of(named, named.runs[0], new)
    assert changed.runs == (new, *named.runs[1:])
    assert changed.layout[RUN_NAMES] == {"new": "First", "run-2": "Deep"}
    assert in_place_of(replace(named, layout={}), named.runs[0], new).layout == {}
