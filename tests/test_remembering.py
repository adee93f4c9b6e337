"""What is made of short bodies is remembered, and no more than that."""

from reseller_conformance.util.body_cache import SHORT, Remembering


def test_a_short_body_is_looked_at_once_and_a_long_one_each_time():
    seen = []

    def size(body, unit="bytes"):
        seen.append(body)
        return f"{len(body)} {unit}"

    remembering = Remembering(size)
    short, long = b"a" * SHORT, b"a" * (SHORT + 1)
    for body in (short, short, long, long):
        assert remembering(body) == f"{len(body)} bytes"
    assert seen == [short, long, long]
    assert remembering(short, "letters") == f"{SHORT} letters"


def test_what_is_forgotten_is_looked_at_again():
    seen = []
    remembering = Remembering(seen.append)
    remembering(b"a")
    remembering.forget()
    remembering(b"a")
    assert seen == [b"a", b"a"]
