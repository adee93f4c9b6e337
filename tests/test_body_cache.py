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
