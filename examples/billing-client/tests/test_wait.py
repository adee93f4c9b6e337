"""What needs no mock."""

import pytest

from billing_client import wait


@pytest.mark.parametrize(
    ("said", "seconds"), [(None, 1), ("", 1), ("tomorrow", 1), ("0", 0), ("3", 3), ("3600", 60)]
)
def test_the_wait_is_the_retry_after_within_a_limit(said, seconds):
    assert wait(said) == seconds
