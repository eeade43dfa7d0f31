"""What may be done on the spot is worked out once for all who stand alike, and for nobody who does not."""

from gezhi.foundation import clock
from gezhi.schemes.state import Desk
from gezhi.sync.queries.at_once import _Spot


def test_the_same_post_below_other_levels_is_another_standing() -> None:
    now = clock.now()

    def spot(*levels: str) -> _Spot:
        codes = {level: f"{at}-{level}" for at, level in enumerate((*levels, "grid"))}
        return _Spot(codes, (Desk("post", "grid_worker", codes["grid"]),), None, now)

    here = spot("district", "street", "community")
    assert here.alike() == spot("district", "street", "community").alike()
    assert here.alike() != spot("district", "street").alike()
    assert here.alike() != spot("district", "town", "village").alike()
