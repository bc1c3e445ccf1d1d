import json
import math

from gradviz.cli.json_output import plain, print_json


def test_numbers_that_are_not_finite_become_words(capsys):
    print_json({"a": math.nan, "b": [math.inf, (-math.inf, 1.5)], "c": {"d": None, "e": "“é”"}})
    out = capsys.readouterr().out
    assert json.loads(out, parse_constant=lambda word: 1 / 0) == {
        "a": "NaN",
        "b": ["Infinity", ["-Infinity", 1.5]],
        "c": {"d": None, "e": "“é”"},
    }


def test_what_is_plain_stays():
    assert plain({"x": [1, True, None, "s", 0.5]}) == {"x": [1, True, None, "s", 0.5]}
