"""The ground that measurements stand on: tables, the demo district's areas, a scheme in force, a program's token.

`DATABASE_URL` names the database; `python -m gezhi.host.throwaway --durable -- python -m bench.…` makes one.
"""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import django

SCHEME = "shawan"
LONG_AGO = datetime(2025, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Ground:
    """What a measurement sends: a token, items of the catalogue, points well inside grids."""

    token: str
    items: tuple[str, ...]
    points: tuple[tuple[float, float], ...]


def tables() -> None:
    """Bring the database up to date, and collect what pages link to. Django must stand."""
    from django.conf import settings  # noqa: PLC0415

    from gezhi.host import prepare as house  # noqa: PLC0415

    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    house.make_keys()
    house.migrate(lambda *_told: None)
    house.compile_words()
    house.collect_static()


def prepare() -> Ground:
    """Bring the database up to date and fill in the ground, unless it is there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    django.setup()
    import shapely  # noqa: PLC0415  the rooms can be read once Django stands

    from gezhi.demo import territory as demo  # noqa: PLC0415
    from gezhi.enactment import operations as enactment  # noqa: PLC0415
    from gezhi.enactment import queries as enacted  # noqa: PLC0415
    from gezhi.people import operations as people  # noqa: PLC0415
    from gezhi.schemes import source  # noqa: PLC0415
    from gezhi.territory import operations as territory  # noqa: PLC0415
    from gezhi.territory import queries as areas  # noqa: PLC0415

    tables()
    on = date(2026, 1, 1)
    if not areas.areas(on).exists():
        territory.import_areas(drafted=demo.drafted(), actor=None, now=LONG_AGO, on=on)
        enactment.enact(files=source.shipped() / SCHEME, actor=None, on=on, now=LONG_AGO)
    _version, scheme = enacted.in_force(SCHEME, on)
    account = people.create_staff(actor=None, username=f"bench-{os.getpid()}", name="量速", now=LONG_AGO)
    _row, token = people.issue_token(
        actor=None, account=account, name="bench", scopes=("cases:write", "cases:batch", "cases:read"), now=LONG_AGO
    )
    grids = areas.areas(on).filter(level=list(scheme.levels)[-1]).exclude(boundary=None)
    insides = [shapely.from_wkb(bytes(grid.boundary or b"")).representative_point() for grid in grids]
    items = tuple(item.id for item in scheme.items.values() if item.procedure and not item.about_staff)
    return Ground(token, items, tuple((point.x, point.y) for point in insides))
