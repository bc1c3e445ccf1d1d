"""Loops out of equal lines: what is written again line by line is what was there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.export.keras.graph import call
from gradviz.export.keras.rolling import rolled
from gradviz.export.keras.statements import Assign, Count, Loop, Numbered, Remark
from gradviz.export.keras.text import written


def line(kind, number=None):
    """x = layers.<kind>(name=…)(x)."""
    name = None if number is None else Numbered.parse(f"{kind.lower()}_{number}")
    return Assign("x", "x", call(f"layers.{kind}"), name)


def unrolled(statements, rounds=()):
    """The lines that run, one after the other."""
    for statement in statements:
        if isinstance(statement, Loop):
            for i in range(statement.times):
                yield from unrolled(statement.body, (*rounds, i))
        elif isinstance(statement, Remark) or statement.name is None:
            yield statement
        else:
            numbers = [
                Count(count.first + sum(a * b for a, b in zip(count.steps, reversed(rounds), strict=True)))
                for count in statement.name.numbers
            ]
            yield Assign(
                statement.target,
                statement.operand,
                statement.call,
                Numbered(statement.name.parts, tuple(numbers)),
            )


def test_layers_that_alternate_are_a_loop():
    lines = [part for i in range(20) for part in (line("Dense", i + 1), line("ReLU", i + 1))]
    (loop,) = rolled([*lines])
    assert loop.times == 20
    assert written([loop], 0) == [
        "for i in range(20):",
        '    x = layers.Dense(name=f"dense_{i + 1}")(x)',
        '    x = layers.ReLU(name=f"relu_{i + 1}")(x)',
    ]


def test_loops_lie_in_loops():
    lines = []
    for i in range(3):
        lines += [line("Dense", 4 * i + j + 1) for j in range(4)] + [line("ReLU", i)]
    (loop,) = rolled(lines)
    assert (loop.times, loop.body[0].times) == (3, 4)
    assert written([loop], 4) == [
        "    for i in range(3):",
        "        for j in range(4):",
        '            x = layers.Dense(name=f"dense_{4 * i + j + 1}")(x)',
        '        x = layers.ReLU(name=f"relu_{i}")(x)',
    ]


def test_a_loop_begins_at_a_remark():
    block = [Remark(Numbered.parse("Residual")), line("Dense"), line("ReLU"), line("Add")]
    lines = [line("ReLU"), line("Add"), *block * 4]
    first, second, loop = rolled(lines)
    assert [first, second] == lines[:2]
    assert isinstance(loop.body[0], Remark)


def test_numbers_that_jump_end_a_loop():
    lines = [line("Dense", number) for number in (1, 2, 3, 4, 9, 10, 11, 12)]
    assert [loop.times for loop in rolled(lines)] == [4, 4]


@pytest.mark.parametrize("other", [line("Dense", 3), line("ReLU", 1), Assign("y", "x", call("layers.Dense"))])
def test_what_differs_in_more_than_its_numbers_stays(other):
    lines = [line("Dense", 1), line("Dense", 2), other]
    assert rolled(lines) == tuple(lines)


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 9) | st.none()), max_size=40), st.integers(1, 4)
)
def test_nothing_but_the_writing_changes(parts, times):
    lines = [line(kind, number) for _ in range(times) for kind, number in parts]
    assert list(unrolled(rolled(lines))) == lines
