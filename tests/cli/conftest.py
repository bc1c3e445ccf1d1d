"""A command line as a person types it, in a folder of its own."""

import signal

import pytest

from gradviz.cli.main import main


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _hears_interrupts():
    """A command that was interrupted hears no other, up to the end of its process."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def command(capsys):
    """Runs one command; its status, and what it wrote to standard output and to standard error."""

    def run(*arguments):
        status = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return run
