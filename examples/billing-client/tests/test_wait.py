"""What needs no mock."""

import pytest

from billing_client import wait


@pytest.mark.parametrize(
    ("said", "seconds"), [(None, 1), ("", 1), ("tomorrow", 1), ("0", 0), ("3", 3), ("3600", 60)]
)
def test_a_wait_is_as_told_but_never_too_long(said, seconds):
    assert wait(said) == seconds
