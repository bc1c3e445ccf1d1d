"""Requests are decoded, and whatever is none is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.engine.requests import (
    Ask,
    Focus,
    Inspect,
    Order,
    ProtocolError,
    Question,
    Quit,
    SetLr,
    Train,
    decode,
)
from gradviz.records.session import RunSource


def test_requests_are_decoded() -> None:
    assert decode('{"do": "inspect", "id": 3, "experiment": {"a": 1}}') == Inspect(id=3, experiment={"a": 1})
    assert decode('{"do": "train", "run": "r", "store": "/s", "experiment": {}, "paused": true}') == Train(
        run="r", store="/s", experiment={}, paused=True
    )
    assert decode('{"do": "train", "run": "r", "store": "/s", "experiment": {}}').paused is False
    resume = (
        '{"do": "train", "run": "r", "store": "/s", "experiment": {}, "resume": {"run": "q", "path": "/q"}}'
    )
    assert decode(resume).resume == RunSource(id="q", path=Path("/q"))
    assert decode('{"do": "set_lr", "lr": 1}') == SetLr(lr=1.0)
    assert decode('{"do": "focus", "layer": 3}') == Focus(layer=3)
    assert decode('{"do": "focus", "layer": null}') == Focus(layer=None)
    asked = decode('{"do": "expand", "id": 4, "experiment": {}, "path": [0, 1]}')
    assert asked == Ask(id=4, question=Question.EXPAND, details={"experiment": {}, "path": [0, 1]})
    tested = decode('{"do": "lr_range", "id": 5, "experiment": {}, "steps": 60}')
    assert tested == Ask(id=5, question=Question.LR_RANGE, details={"experiment": {}, "steps": 60})
    assert decode('{"do": "quit"}') == Quit()
    assert [decode(f'{{"do": "{order}"}}') for order in Order] == list(Order)


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "",
        "[1]",
        "null",
        "{}",
        '{"do": null}',
        '{"do": "dance"}',
        '{"do": ["pause"]}',
        '{"do": "inspect", "experiment": {}}',
        '{"do": "inspect", "id": true, "experiment": {}}',
        '{"do": "inspect", "id": 1, "experiment": []}',
        '{"do": "template", "name": "mlp"}',
        '{"do": "train", "run": 1, "store": "s", "experiment": {}}',
        '{"do": "train", "run": "r", "store": "s", "experiment": {}, "paused": "yes"}',
        '{"do": "train", "run": "r", "store": "s", "experiment": {}, "resume": "q"}',
        '{"do": "train", "run": "r", "store": "s", "experiment": {}, "resume": {"run": "q"}}',
        '{"do": "set_lr"}',
        '{"do": "focus", "layer": "first"}',
        '{"do": "set_lr", "lr": true}',
        '{"do": "set_lr", "lr": NaN}',
        '{"do": "set_lr", "lr": -0.1}',
        '{"do": "set_lr", "lr": 1e999}',
        "[" * 100_000,
    ],
)
def test_what_is_no_request_is_told(line: str) -> None:
    with pytest.raises(ProtocolError):
        decode(line)


@given(st.text())
def test_no_text_breaks_the_decoder(text: str) -> None:
    with pytest.raises(ProtocolError):
        decode(text)
