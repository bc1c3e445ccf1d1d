import os

import pytest

from gradviz.nets.memory import machine_memory, readable


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
