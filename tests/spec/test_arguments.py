"""Arguments read back as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.spec.arguments import read_arguments, write_arguments

SCALARS = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=20)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)


@given(st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=3), max_size=4))
def test_what_is_written_reads_back(arguments):
    assert read_arguments(write_arguments(arguments)) == arguments


@pytest.mark.parametrize("text", ["depth", "= 3", '"a-b" = 1', "at = 12:00:00", "[table\n"])
def test_what_is_no_argument_is_told(text):
    with pytest.raises(ValueError, match=r"name|must be a number"):
        read_arguments(text)
