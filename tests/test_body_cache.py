"""The results for short bodies are cached, and those for a few long ones."""

from reseller_conformance.util.body_cache import MAX_CACHED_CHARS, BodyCache


def test_a_short_body_is_looked_at_once_and_a_long_one_each_time():
    seen = []

    def size(body, unit="bytes"):
        seen.append(body)
        return f"{len(body)} {unit}"

    remembering = BodyCache(size)
    short, long = b"a" * MAX_CACHED_CHARS, b"a" * (MAX_CACHED_CHARS + 1)
    for body in (short, short, long, long):
        assert remembering(body) == f"{len(body)} bytes"
    assert seen == [short, long, long]
    assert remembering(short, "letters") == f"{MAX_CACHED_CHARS} letters"


def test_what_is_forgotten_is_looked_at_again():
    seen = []
    remembering = BodyCache(seen.append)
    remembering(b"a")
    remembering.forget()
    remembering(b"a")
    assert seen == [b"a", b"a"]


def test_as_many_long_bodies_as_wanted_are_looked_at_once():
    seen = []

    def size(body, unit="bytes"):
        seen.append(body[:1])
        return f"{len(body)} {unit}"

    remembering = BodyCache(size, long_bodies=2)
    for start in (b"a", b"b", b"a", b"b", b"c", b"a"):
        assert remembering(start * (MAX_CACHED_CHARS + 1)) == f"{MAX_CACHED_CHARS + 1} bytes"
    assert seen == [b"a", b"b", b"c", b"a"]
    assert remembering(b"a" * (MAX_CACHED_CHARS + 1), "letters").endswith("letters")
    remembering.forget()
    remembering(b"a" * (MAX_CACHED_CHARS + 1))
    assert seen[-2:] == [b"a", b"a"]


def test_a_long_body_without_a_result_is_looked_at_once():
    seen = []
    remembering = BodyCache(seen.append, long_bodies=2)
    for _ in range(2):
        assert remembering(b"a" * (MAX_CACHED_CHARS + 1)) is None
    assert len(seen) == 1


def test_the_long_bodies_that_are_looked_at_once_have_so_many_bytes_together():
    seen = []
    size = MAX_CACHED_CHARS + 1
    remembering = BodyCache(lambda body: seen.append(body[:1]), 9, long_bytes=2 * size)
    for start in (b"a", b"b", b"a", b"b", b"c", b"c", b"a"):
        remembering(start * size)
    assert seen == [b"a", b"b", b"c", b"a"]
    remembering.forget()
    for start in (b"d", b"e", b"d", b"e"):
        remembering(start * size)
    assert seen[4:] == [b"d", b"e"]
