"""The bundled experiments stand in the order in which one learns from them."""

from pathlib import Path

from gradviz.paths import resources
from gradviz.spec.examples import ORDER, examples

FOLDER = resources() / "examples"


def test_every_bundled_one_has_its_place() -> None:
    assert tuple(examples(FOLDER)) == ORDER
    assert set(ORDER) == {path.stem for path in FOLDER.glob("*.toml")}


def test_titles_tell_them_apart_and_a_cure_follows_what_it_cures() -> None:
    titles = list(examples(FOLDER).values())
    assert len(set(titles)) == len(titles)
    assert titles[0].startswith("Vanishing")
    for place, title in enumerate(titles):
        if title.startswith("Cured"):
            assert titles[place - 1].startswith(("Vanishing", "Exploding"))
    assert [title.rpartition(": ")[2] for title in titles if "Adding" in title] == ["plain RNN", "LSTM"]


def test_others_follow_by_their_names(tmp_path: Path) -> None:
    for name in ("zebra", "vanishing", "apple", "exploding"):
        (tmp_path / f"{name}.toml").write_text(f'name = "{name.title()}"', "utf-8")
    assert list(examples(tmp_path)) == ["vanishing", "exploding", "apple", "zebra"]
