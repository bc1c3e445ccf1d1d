"""Expressions as text."""

from __future__ import annotations

import math

import pytest

from gradviz.export.expression import Argument, Call, Items, Name, Times, Value, sequential
from gradviz.export.layout import WIDTH, assigned, in_one_line, literal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (0.1, "0.1"),
        (True, "True"),
        (None, "None"),
        ("same", '"same"'),
        ('a"b', "'a\"b'"),
        ((3,), "(3,)"),
        ((1, "x"), '(1, "x")'),
        (-math.inf, 'float("-inf")'),
    ],
)
def test_literals_are_python(value, text):
    assert literal(value) == text
    assert eval(text) == value


def test_what_fits_stays_on_one_line():
    call = Call("f", (Argument(Name("x")), Argument(Value(2), "bias", keyword=True)))
    assert assigned("y = ", call) == "y = f(x, bias=2)"


def test_what_is_left_out_is_not_written():
    assert in_one_line(Call("f", (Argument(Value(2), "bias", keyword=True, left_out=True),))) == "f()"


def test_a_call_is_opened_with_its_arguments_on_one_line_if_they_fit():
    call = Call("f" * 20, (Argument(Name("x" * 40)), Argument(Name("y" * 50))))
    assert assigned("return ", call, 4).splitlines() == [
        f"    return {'f' * 20}(",
        f"        {'x' * 40}, {'y' * 50}",
        "    )",
    ]


def test_a_list_is_opened_with_a_line_for_each():
    lines = assigned("x = ", Items((Name("a" * 60), Name("b" * 60)))).splitlines()
    assert lines == ["x = [", f"    {'a' * 60},", f"    {'b' * 60},", "]"]


def test_nothing_is_wider_than_the_page():
    row = sequential(tuple(Call("nn.Linear", (Argument(Value(n)), Argument(Value(n + 1)))) for n in range(9)))
    deep = sequential((row, Times(sequential((row, row)), 3)))
    text = assigned("return ", deep, 4)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.count("nn.Linear") == 27
