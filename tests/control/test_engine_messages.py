"""Whatever an engine sends, the window lives."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.control.engine_messages import decode_event
from gradviz.control.engine_state import LogLine


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"event": "dance"}',
        b'{"event": "ready"}',
        b'{"event": "inspected", "id": 1}',
        b'{"event": "inspected", "id": 1, "inspection": 5}',
        b'{"event": "status", "run": "r", "state": "odd", "steps": 1, "finish": null, "reason": ""}',
        b"[" * 100_000,
    ],
)
def test_the_unreadable_goes_to_the_log(line: bytes) -> None:
    event = decode_event(line)
    assert isinstance(event, LogLine)
    assert event.level == "error"
    assert "unreadable" in event.text


@given(
    st.binary() | st.dictionaries(st.text(), st.integers() | st.text()).map(lambda d: json.dumps(d).encode())
)
def test_no_line_raises(line: bytes) -> None:
    assert isinstance(decode_event(line), LogLine)
