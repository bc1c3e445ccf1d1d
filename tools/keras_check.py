"""Every case on one backend, with the largest differences as a table: what the tests do, for any Keras.

    python tools/keras_check.py --backend tensorflow --python VENV/bin/python

The cases are made here, with gradviz; they run under `--python`, which needs keras, numpy and the backend.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "house"))

from keras_cases import Worker, lost, write_case, wrong
from keras_everything import everything


def main() -> int:
    """Run and print; the exit status is 1 where a case fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", default="torch")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the backend")
    parser.add_argument("--only", default="", help="a part of the names of cases, or of their sort")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    worker = Worker(arguments.backend, arguments.python)
    found, failed = defaultdict(list), 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, sort, spec, options) in enumerate(everything()):
            if arguments.only not in name and arguments.only not in sort:
                continue
            place = Path(folder) / str(number)
            place.mkdir()
            wanted = write_case(place, spec, **options)
            result = worker.check(place)
            complaint = wrong(wanted, result)
            if complaint:
                failed += 1
                print(f"FAILED {name}: {complaint}", flush=True)
            if "difference" in result:
                found[sort].append((result["difference"], result["largest"], lost(wanted, result)))
            for file in place.iterdir():
                file.unlink()
    worker.close()
    print(f"{'kind':<28}{'cases':>6}{'output':>11}{'of':>10}{'loss':>11}")
    for sort, rows in found.items():
        outputs, sizes, losses = zip(*rows, strict=True)
        print(f"{sort:<28}{len(rows):>6}{max(outputs):>11.1e}{max(sizes):>10.1e}{max(losses):>11.1e}")
    rows = [row for sort in found.values() for row in sort]
    print(f"{len(rows)} cases, {failed} failed, largest difference {max(row[0] for row in rows):.1e}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
