"""Write the bundled classic tables, resources/data/*.npz, from scikit-learn's."""

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
from sklearn import datasets

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "data"


def write(path: Path, **arrays: np.ndarray) -> None:
    """An .npz that is the same bytes every time: entries have no date."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED)


def main() -> None:
    for name in ("iris", "wine", "breast_cancer"):
        found = getattr(datasets, f"load_{name}")()
        write(FOLDER / f"{name}.npz", x=found.data.astype(np.float32), y=found.target.astype(np.uint8))
    found = datasets.load_diabetes(scaled=False)
    write(
        FOLDER / "diabetes.npz",
        x=found.data.astype(np.float32),
        y=found.target.astype(np.float32)[:, None],
    )


if __name__ == "__main__":
    main()
