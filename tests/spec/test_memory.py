import os

import pytest

from gradviz.spec import memory
from gradviz.spec.experiment import OptimizerSpec
from gradviz.spec.memory import machine_memory, memory_question, readable, training_bytes


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="this system does not tell")
def test_the_machine_has_memory():
    assert machine_memory() > 2**27


def test_a_system_that_does_not_tell(monkeypatch):
    def unknown(_name):
        raise ValueError

    monkeypatch.setattr(os, "sysconf", unknown, raising=False)
    assert machine_memory() is None


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (4_160, "4.16 kB"),
        (3.2e9, "3.2 GB"),
        (4e12, "4 TB"),
        (4e18, "4,000 PB"),
    ],
)
def test_sizes_are_readable(size, text):
    assert readable(size) == text


@pytest.mark.parametrize(
    ("name", "parameters", "floats"),
    [("SGD", {}, 2), ("SGD", {"momentum": 0.9}, 3), ("Adam", {}, 4)],
)
def test_training_takes_weights_gradients_and_states(name, parameters, floats):
    assert training_bytes(10, OptimizerSpec(name=name, parameters=parameters)) == 40 * floats


def test_a_huge_network_is_asked_about(monkeypatch):
    monkeypatch.setattr(memory, "machine_memory", lambda: 10**12)
    assert memory_question(10**9 - 1, OptimizerSpec()) is None
    question = memory_question(10**9, OptimizerSpec(name="Adam"))
    assert "1,000,000,000 parameters" in question
    assert "16 GB" in question
    monkeypatch.setattr(memory, "machine_memory", lambda: 10**6)
    assert memory_question(100_000, OptimizerSpec()) is not None
    assert memory_question(10_000, OptimizerSpec()) is None
    monkeypatch.setattr(memory, "machine_memory", lambda: None)
    assert memory_question(10**8, OptimizerSpec()) is None
