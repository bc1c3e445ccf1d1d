"""What goes first and what stays, on tiles that are only counted; and the reader's word of what is there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradviz.records.kept import Kept, Tile, full_tiles
from gradviz.records.neighbourhoods import LEAST, MOST
from gradviz.records.schema import FACTOR, TILE
from gradviz.records.thinning import Thinning

UNIT = 10


class Counted:
    """Tiles as a run writes them: 10 bytes of level 0, 30 of the others."""

    def __init__(self, budget: int) -> None:
        self.thinning = Thinning(budget=budget)
        self.blocks = 0
        self.there: dict[Tile, int] = {}
        self.gone: list[Tile] = []

    def grow(self, room: int) -> None:
        """One block of steps more, and room for it."""
        for level in range(20):
            if (self.blocks + 1) % FACTOR**level:
                break
            tile = (level, self.blocks // FACTOR**level)
            self.there[tile] = 3 * UNIT if level else UNIT
            self.thinning.add(*tile, self.there[tile])
        self.blocks += 1
        self.make_room(room)

    def make_room(self, room: int) -> None:
        self.gone = self.thinning.make_room(room, self.blocks * TILE)
        for tile in self.gone:
            del self.there[tile]  # KeyError where it was not there

    def covered(self, tile: Tile) -> bool:
        """Whether a level above has it, and no event that is still to come is near it."""
        is_newest = tile == (0, self.blocks - 1)
        return not is_newest and tile[1] // FACTOR < self.blocks // FACTOR ** (tile[0] + 1)

    def near(self, events: list[int]) -> set[Tile]:
        """Those that hold some of the 64 steps on either side of an event."""
        return {
            (level, idx)
            for level, idx in self.there
            if any(
                step + 64 >= idx * TILE * FACTOR**level and step - 64 < (idx + 1) * TILE * FACTOR**level
                for step in events
            )
        }

    def needed(self) -> set[Tile]:
        """Those from which the columns at the checkpoint are made that no full tile had then."""
        blocks = self.thinning.checkpoint // TILE
        return {
            (level, idx)
            for level in range(5)
            for idx in range(blocks // FACTOR ** (level + 1) * FACTOR, blocks // FACTOR**level)
        }


def check(run: Counted, room: int, budget: int, events: list[int]) -> None:
    there = set(run.there)
    assert run.thinning.bytes == sum(run.there.values())
    for block in range(run.blocks // FACTOR * FACTOR):
        assert any((level, block // FACTOR**level) in there for level in range(5))
    top = max(level for level, _ in there)
    assert {idx for level, idx in there if level == top} == set(range(run.blocks // FACTOR**top))
    assert run.blocks < FACTOR ** (top + 1)  # it is the coarsest that there ever was
    assert run.needed() <= there
    spared = {tile for tile in there if tile[1] < (*run.thinning.kept, *[0] * 5)[tile[0]]}
    for level, first in enumerate(run.thinning.kept):
        later = {idx for at, idx in there - spared if at == level}
        assert later == set(range(first, run.blocks // FACTOR**level))
    near = run.near(events)
    assert spared <= near | run.needed()
    taken = sum(run.there[tile] for tile in spared - run.needed())
    assert taken <= MOST * budget
    free = {tile for tile in there if run.covered(tile) and tile not in near | run.needed()}
    if run.thinning.bytes > room:
        assert free == set()
        assert taken <= LEAST * budget
    finest = min((level for level, _ in free), default=5)
    assert all(level <= finest for level, _ in set(run.gone) - near)


@given(
    st.integers(20, 3000),
    st.integers(9, 600),
    st.lists(st.integers(0, 600 * TILE), max_size=30),
    st.sets(st.integers(1, 600), max_size=4),
    st.integers(1, 100),
)
def test_the_oldest_of_the_finest_level_that_can_spare_some(
    budget: int, blocks: int, events: list[int], checkpoints: set[int], samples: int
) -> None:
    run = Counted(budget)
    for block in range(blocks):
        room = budget - samples * block // blocks
        now = [step for step in events if step // TILE == block]
        run.thinning.mark((step, "spike") for step in now)
        if block in checkpoints:
            run.thinning.checkpoint = block * TILE
        run.grow(room)
        if block % 61 == 0 or block == blocks - 1:
            check(run, room, budget, [step for step in events if step // TILE <= block])


@given(st.integers(20, 3000), st.integers(9, 600))
def test_no_more_goes_than_has_to(budget: int, blocks: int) -> None:
    run = Counted(budget)
    for _ in range(blocks):
        run.grow(budget)
        if run.gone:
            last = run.gone[-1]
            assert run.thinning.bytes + (3 * UNIT if last[0] else UNIT) > budget


def test_levels_are_thinned_one_after_the_other() -> None:
    run = Counted(1500)
    kept = []
    for _ in range(600):
        run.grow(1500)
        assert run.thinning.bytes <= 1500
        kept.append(run.thinning.kept)
    assert [len(each) for each in kept] == sorted(len(each) for each in kept)
    level_0, level_1 = kept[-1]
    assert 592 <= level_0 <= 600
    assert 0 < level_1 <= 64  # so many of level 1 are there a level up


def test_neighbourhoods_of_levels_go_before_full_resolution() -> None:
    run = Counted(320)  # an eighth of it is the two tiles
    run.thinning.mark([(20 * TILE + 500, "spike"), (21 * TILE + 500, "clipped")])
    for _ in range(512):
        run.grow(2000)
    assert {(0, 20), (1, 2)} <= set(run.there)
    assert not {(0, 21), (1, 1), (1, 3)} & set(run.there)
    run.thinning.budget = 160
    run.make_room(1000)
    assert (0, 20) in run.there
    assert (1, 2) not in run.there


def test_many_neighbourhoods_keep_to_their_share() -> None:
    run = Counted(4000)
    run.thinning.mark((step, "spike") for step in range(0, 512 * TILE, TILE))
    for _ in range(512):
        run.grow(4000)
    assert sum(1 for level, idx in run.there if level == 0 and idx < run.thinning.kept[0]) == MOST * 4000 / 10
    assert run.thinning.bytes > 4000 - 4 * UNIT
    run.make_room(1000)
    assert sum(1 for level, idx in run.there if level == 0 and idx < 511) == LEAST * 4000 / 10


def test_a_checkpoint_lets_go_of_what_an_older_one_needed() -> None:
    run = Counted(1000)
    for _ in range(70):
        run.grow(10_000)
    run.thinning.checkpoint = 70 * TILE
    for _ in range(70, 200):
        run.grow(500)
    assert {idx for level, idx in run.there if level == 0 and idx < 192} == set(range(64, 70))
    run.thinning.checkpoint = 200 * TILE
    run.make_room(500)
    assert {idx for level, idx in run.there if level == 0} <= set(range(192, 200))
    assert sorted(run.gone) == [(0, idx) for idx in range(64, 70)]


def test_what_a_failed_commit_gave_up_is_not_forgotten() -> None:
    run = Counted(1000)
    for _ in range(64):
        run.grow(10_000)
    before = run.thinning.copy()
    trial = run.thinning.copy()
    trial.mark([(0, "spike")])
    assert trial.make_room(300, 64 * TILE)
    assert run.thinning == before
    assert trial != before


def test_kept_tells_what_is_there() -> None:
    kept = Kept(first=(9, 1), spared=frozenset({(0, 3), (1, 0)}))
    assert [idx for idx in range(12) if (0, idx) in kept] == [3, 9, 10, 11]
    assert [idx for idx in range(3) if (1, idx) in kept] == [0, 1, 2]
    assert (2, 0) in kept
    assert [kept.count(20 * TILE, level) for level in range(3)] == [12, 2, 0]
    assert [full_tiles(70 * TILE + 1, level) for level in range(4)] == [70, 8, 1, 0]
