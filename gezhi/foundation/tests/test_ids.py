from gezhi.foundation import clock
from gezhi.foundation.ids import uuid7


def test_ids_are_version_7_unique_and_in_order() -> None:
    made = [uuid7() for _ in range(10_000)]
    assert {one.version for one in made} == {7}
    assert len(set(made)) == len(made)
    assert made == sorted(made)


def test_the_clock_says_its_zone() -> None:
    assert clock.now().utcoffset() is not None
