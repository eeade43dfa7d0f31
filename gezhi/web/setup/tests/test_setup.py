"""The plan as people read it: for holders of the right only, every flow drawn whole, areas and people counted."""

import pytest

from gezhi.cases.tests.conftest import District
from gezhi.enactment.models import SchemeVersion
from gezhi.schemes import explain, source
from gezhi.web.desk.tests.test_queue import client
from gezhi.web.setup import reader
from gezhi.web.setup.picture import COLUMN, HIGH, LEFT, WIDE, draw

SHIPPED = sorted(path.name for path in source.shipped().iterdir() if (path / "scheme.toml").exists())


@pytest.mark.parametrize("name", SHIPPED)
def test_every_flow_of_every_shipped_scheme_is_drawn_whole(name: str) -> None:
    scheme = source.load(source.shipped() / name)
    for flow in explain.flows(scheme):
        picture = draw(scheme, flow)
        boxes = {box.id: box for box in picture.boxes}
        assert set(boxes) == {node.id for node in flow.nodes}
        spots = {(box.x, box.y) for box in picture.boxes}
        assert len(spots) == len(picture.boxes), f"{flow.id}: two steps stand on one spot"
        assert all(
            LEFT <= box.x <= picture.width - WIDE and 0 <= box.y <= picture.height - HIGH for box in boxes.values()
        )
        ahead = {(link.source, link.target) for link in flow.links if not link.back and link.source != link.target}
        drawn = len(picture.arrows)
        back = sum(boxes[a].x >= boxes[b].x for a, b in ahead)
        assert drawn <= len(ahead)
        assert drawn >= len(ahead) - back
        assert (picture.width - LEFT) % COLUMN == 0
        ways_back = len(picture.backs) + sum(len(box.returns) for box in picture.boxes)
        assert bool(ways_back) == any(link.back or boxes[link.source].x > boxes[link.target].x for link in flow.links)


@pytest.mark.django_db
def test_a_scheme_is_read_part_by_part(district: District) -> None:
    version = SchemeVersion.objects.get()
    for language, words in (("zh-hans", "逐级上报"), ("en", "Report up")):
        browser = client(district.cast.dispatcher, language)
        assert str(version.pk) in browser.get("/setup/").text
        for part in reader.PARTS:
            answer = browser.get(f"/setup/scheme/{version.pk}?part={part}")
            assert answer.status_code == 200
            assert words in answer.text, "the contents stand beside every part"
        assert 'class="flow"' in browser.get(f"/setup/scheme/{version.pk}?flow=agency").text


@pytest.mark.django_db
def test_people_are_found_with_their_posts(district: District) -> None:
    words = client(district.cast.dispatcher).get("/setup/people?q=李网格").text
    assert "第1网格" in words
    assert "赵中心" not in words
