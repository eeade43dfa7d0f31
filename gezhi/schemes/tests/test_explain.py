"""The readable plan says what the rules say, and the comparison of two plans names each difference once."""

from pathlib import Path

import pytest

from gezhi.schemes import engine, explain, plays
from gezhi.schemes.compare import changes, override_text
from gezhi.schemes.documents import shipped
from gezhi.schemes.model import CLOSED
from gezhi.schemes.source import gather, load

SHAWAN = shipped() / "shawan"
SCHEMES = sorted(path.parent for path in shipped().glob("*/scheme.toml"))


@pytest.mark.parametrize("folder", SCHEMES, ids=lambda folder: folder.name)
def test_every_flow_can_be_drawn_and_every_limit_has_its_clause(folder: Path) -> None:
    scheme = load(folder)
    for flow in explain.flows(scheme):
        nodes = {node.id for node in flow.nodes}
        assert CLOSED in nodes
        assert all(link.source in nodes and link.target in nodes for link in flow.links)
        assert {node.id for node in flow.nodes if node.first}
        assert all(row.clause and row.place for row in flow.limits)
        assert all(row.title.zh and row.source.zh and row.by.zh for row in flow.actions)
        # drawn from left to right: what is reached by going forward lies further right or at the same distance
        assert all(node.rank >= 0 for node in flow.nodes)


def test_the_table_of_limits_says_them_in_both_languages() -> None:
    flow = explain.flow(load(SHAWAN), load(SHAWAN).procedures["report_up"])
    rows = {row.step: row for row in flow.limits}
    assert (rows["station"].limit.zh, rows["station"].limit.en) == ("3个工作日", "3 workdays")
    assert rows["department"].limit.zh == "事项目录所定时限，否则5个工作日"
    assert rows["sign"].then.zh == "自动“签收”"
    assert rows[""].limit.en == "15 workdays"
    assert rows["department"].place.startswith("shawan/procedures.toml:")


def test_why_a_clock_is_due_when_it_is() -> None:
    scheme = load(SHAWAN)
    rows = plays.read_rows((SHAWAN / "tests" / "13-paused-when-late.csv").read_text(encoding="utf-8"))
    state = plays.play(scheme, rows[:-1]).state
    assert state is not None
    clock = state.clock("step")
    assert clock is not None
    why = explain.due_because(clock)
    assert why.zh == "3个工作日，暂停 2026-11-06 10:00—2026-11-10 10:00"
    assert why.en == "3 workdays, paused 2026-11-06 10:00 – 2026-11-10 10:00"
    assert engine.lights(state, clock.started)["step"].value == "green"


def edited(old: str, new: str) -> dict[str, str]:
    files = dict(gather(SHAWAN).files)
    name = next(name for name, text in files.items() if old in text)
    return files | {name: files[name].replace(old, new, 1)}


def test_one_changed_line_is_one_difference_in_words() -> None:
    old = load(SHAWAN)
    shorter = load(
        edited('holder = "station_head"\nlimit = "3 workdays"', 'holder = "station_head"\nlimit = "2 workdays"')
    )
    found = [change for change in changes(old, shorter) if change.path.startswith("procedures.report_up.")]
    assert [change.path for change in found] == ["procedures.report_up.steps.station.limit"]
    assert found[0].text.zh == "环节 “工作站办理” · 时限: 3个工作日 → 2个工作日"
    assert found[0].clause == "P25.5" or found[0].place.file


def test_what_is_new_and_what_is_gone_is_said() -> None:
    old = load(SHAWAN)
    more = load(edited("env.dogs,", "env.cats,猫,Cats,env,,,,5 workdays,P25.6,,,,,,\nenv.dogs,"))
    assert [change.text.en for change in changes(old, more)] == ["New item “Cats”"]
    assert [change.text.zh for change in changes(more, old)] == ["取消事项 “猫”"]
    assert changes(old, old) == ()


def test_what_a_scheme_changes_in_what_it_extends_is_listed_with_both_places() -> None:
    overrides = {one.path: one for one in load(SHAWAN).overrides}
    change = overrides["procedures.mediation.steps.scene.limit"]
    assert (change.old, change.new) == ("4 workhours", "3 workdays")
    assert change.old_place.file == "common/report_up.toml"
    assert change.new_place.file == "shawan/procedures.toml"
    assert str(change.new_place) in override_text(change).en
