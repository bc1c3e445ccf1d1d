"""Before the first step: how far the data are is told, a stop ends the waiting, augmentation must fit."""

from __future__ import annotations

from image_files import write_image_folder

from gradviz.records.run import FinishReason, RunState
from gradviz.spec.experiment import AugmentationSpec, DataSpec, LayerSpec, ModelSpec, OptimizerSpec
from gradviz.training.control import RunControl
from gradviz.training.run import train

MODEL = ModelSpec(
    layers=(LayerSpec(kind="Flatten"), LayerSpec(kind="Linear", parameters={"out_features": "classes"}))
)


def pictures(folder) -> DataSpec:
    write_image_folder(folder, each=20)
    return DataSpec(name="image_folder", batch_size=8, parameters={"path": str(folder)})


def test_what_is_read_is_told_as_the_reason_of_the_start(bench, experiment, tmp_path) -> None:
    status, _ = bench.train(experiment(data=pictures(tmp_path / "data"), model=MODEL))
    assert status.finish is FinishReason.COMPLETED
    first = bench.statuses[0]
    assert (first.state, first.reason) == (RunState.STARTING, "Reading images: 1 of 40")


def test_a_stop_ends_the_reading(experiment, tmp_path) -> None:
    control = RunControl()
    control.stop()
    spec = experiment(data=pictures(tmp_path / "data"), model=MODEL)
    status = train(spec, tmp_path / "run.db", control, run_id="x")
    assert (status.finish, status.reason) == (FinishReason.STOPPED, "Stopped before the data were there.")
    assert not (tmp_path / "run.db").exists()


def test_augmentation_of_points_is_refused_before_there_is_a_store(experiment, tmp_path) -> None:
    spec = experiment(augmentation=AugmentationSpec(noise=0.1))
    status = train(spec, tmp_path / "run.db", RunControl(), run_id="x")
    assert status.finish is FinishReason.FAILED
    assert status.reason.startswith("augmentation is for images")
    assert not (tmp_path / "run.db").exists()


def test_augmented_training_repeats_itself_and_differs_from_plain(bench, experiment) -> None:
    def losses(**what) -> list[float]:
        spec = experiment(
            data=DataSpec(batch_size=64),
            model=MODEL,
            optimizer=OptimizerSpec(lr=0.01),
            augmentation=AugmentationSpec(**what),
        )
        _, reader = bench.train(spec)
        return [float(reader.at("train_loss", step)[1][0]) for step in range(12)]

    augmented = losses(shift=1, flip=True, noise=0.2)
    assert augmented == losses(shift=1, flip=True, noise=0.2)
    assert augmented != losses()
