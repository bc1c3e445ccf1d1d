"""TensorBoard's side of `long_session.py`: writes scalars as a SummaryWriter does and reads them back.

Runs in any Python that has TensorBoard and needs nothing else. One event for each scalar, as `add_scalar`
writes them: so many layers' norms and ten single numbers a step.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

SINGLE = 10


def main() -> None:
    """Print one JSON object."""
    layers, steps = int(sys.argv[1]), int(sys.argv[2])
    tags = [f"grad_norm/Linear {number}" for number in range(1, layers + 1)]
    tags += [f"number {number}" for number in range(SINGLE)]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        writer = EventFileWriter(folder)
        for step in range(steps):
            for at, tag in enumerate(tags):
                value = Summary.Value(tag=tag, simple_value=1e-3 * at + step)
                writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=[value])))
        writer.close()
        written = time.perf_counter() - start
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        start = time.perf_counter()
        read = event_accumulator.EventAccumulator(folder, {event_accumulator.SCALARS: 1000})
        read.Reload()
        points = len(read.Scalars(tags[0]))
        taken = time.perf_counter() - start
    print(
        json.dumps(
            {
                "steps": steps,
                "scalars": steps * len(tags),
                "bytes": size,
                "written_s": written,
                "read_s": taken,
                "points": points,
                "memory_mb": peak_mb(),
            }
        )
    )


def peak_mb() -> float:
    """The most memory that this process had; of Linux itself, whose rusage begins with the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
