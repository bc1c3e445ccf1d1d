"""An engine in a child process of the same executable, so that the frozen program needs nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Slot

import gradviz
from gradviz.control.engine_link import EngineEnd, EngineLink

FORCE_MS = 2000


def engine_command() -> tuple[str, list[str]]:
    """The program and arguments that start an engine."""
    if getattr(sys, "frozen", False):
        return sys.executable, ["engine"]
    # -P: no file in the folder one happens to be in may stand in for a module.
    return sys.executable, ["-P", "-m", "gradviz", "engine"]


class ProcessLink(EngineLink):
    """Owns one QProcess, in the thread where that was created."""

    def __init__(
        self, parent: QObject | None = None, *, command: tuple[str, list[str]] | None = None
    ) -> None:
        super().__init__(parent)
        self._command = command or engine_command()
        self._over = False
        self._process = QProcess(self)
        self._process.setProcessEnvironment(_environment())
        self._process.readyReadStandardOutput.connect(self._read_lines)
        self._process.readyReadStandardError.connect(self._read_complaints)
        self._process.errorOccurred.connect(self._on_error)
        self._process.finished.connect(self._on_finished)

    def start(self) -> None:
        """Start the process."""
        self._process.start(*self._command)

    def send(self, line: bytes) -> None:
        """Write one line to its standard input."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.write(line)

    def close(self, grace_ms: int) -> None:
        """End its standard input, wait for it, and kill it when the grace is over."""
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return
        self._process.closeWriteChannel()
        if grace_ms and self._process.waitForFinished(grace_ms):
            return
        self._process.kill()
        self._process.waitForFinished(FORCE_MS)

    @Slot()
    def _read_lines(self) -> None:
        self._process.setReadChannel(QProcess.ProcessChannel.StandardOutput)
        while self._process.canReadLine():
            self.line_received.emit(bytes(self._process.readLine().data()).rstrip())

    @Slot()
    def _read_complaints(self) -> None:
        self._process.setReadChannel(QProcess.ProcessChannel.StandardError)
        while self._process.canReadLine():
            self.complained.emit(bytes(self._process.readLine().data()).rstrip())

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        """Only a failed start is an end here: after a crash `finished` comes as well, and one is counted."""
        if error == QProcess.ProcessError.FailedToStart:
            self._end(EngineEnd(text=f"could not be started: {self._process.errorString()}", started=False))

    @Slot(int, QProcess.ExitStatus)
    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_lines()
        self._read_complaints()
        rest = bytes(self._process.readAllStandardError().data()).strip()
        if rest:
            self.complained.emit(rest)
        self._end(EngineEnd(text=_ending(code, crashed=status == QProcess.ExitStatus.CrashExit)))

    def _end(self, end: EngineEnd) -> None:
        if not self._over:
            self._over = True
            self.ended.emit(end)


def _ending(code: int, *, crashed: bool) -> str:
    if not crashed:
        return f"ended by itself (exit status {code})"
    # On Unix the code of a crash is the signal's number.
    return "crashed" if sys.platform == "win32" else f"was killed (signal {code})"


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONUTF8", "1")
    if not getattr(sys, "frozen", False):
        found = str(Path(gradviz.__file__).parent.parent)
        others = environment.value("PYTHONPATH", "")
        environment.insert("PYTHONPATH", f"{found}{os.pathsep}{others}" if others else found)
    return environment
