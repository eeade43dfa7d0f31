"""The forms that plans are shipped with: the handbook's fourteen, short, and no more of a person than is needed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gezhi.schemes.filled import fill
from gezhi.schemes.forms import Field, Form
from gezhi.schemes.source import load, shipped

SCHEMES = sorted(path.parent for path in shipped().glob("*/scheme.toml"))
SHAWAN = load(shipped() / "shawan")
NOW = datetime(2026, 5, 1, tzinfo=UTC)
# the handbook of P20.3 in its order
HANDBOOK = (
    "area_facts", "service_scope", "duty_card", "opinions", "rental_or_shop", "newcomer", "care_need", "care_return",
    "care_correction", "care_recovery", "care_youth", "dispute_sweep", "mediation_record", "work_record",
)  # fmt: skip
TOLD = ("cause", "analysis", "process", "result")


def _all_fields(fields: tuple[Field, ...]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from _all_fields(one.fields)


def _faults(form: str, answers: Mapping[str, Any]) -> set[str]:
    return {fault.path for fault in fill(SHAWAN.forms[form], answers, at=NOW, scheme=SHAWAN).faults}


@pytest.mark.parametrize("form", HANDBOOK)
def test_shawan_has_the_fourteen_forms_of_the_handbook(form: str) -> None:
    assert "P20.3" in SHAWAN.forms[form].clause


@pytest.mark.parametrize("form", ["opinions", "dispute_sweep", "mediation_record", "work_record", "visit_record"])
def test_an_entry_of_work_tells_cause_analysis_process_and_result(form: str) -> None:
    names = {one.id for one in _all_fields(SHAWAN.forms[form].fields)}
    assert set(TOLD) <= names


def test_a_patrol_where_all_was_well_asks_for_nothing() -> None:
    assert _faults("work_record", {}) == set()


def test_what_depends_on_an_answer_is_asked_for_only_then() -> None:
    fine = {"visited": "yes", "facts": "right", "evaluation": "good"}
    assert _faults("verification_record", fine) == set()
    assert _faults("verification_record", fine | {"visited": "no"}) == {"differences"}
    listed = {"name": "堆放", "grade": "major", "state": "listed", "found_on": "2026-05-01"}
    assert _faults("hazard", listed) == {"interim", "due"}
    assert _faults("hazard", listed | {"state": "found"}) == set()


def test_a_wrong_code_or_telephone_is_refused_with_its_place() -> None:
    unit = {"name": "某厂", "kind": "production", "address": "河堤路 1 号"}
    assert _faults("enterprise", unit | {"credit_code": "91510000MA6XXXXX1Y"}) == set()
    assert _faults("enterprise", unit | {"credit_code": "915"}) == {"credit_code"}
    assert _faults("household", {"name": "3-2-501", "class": "4", "address": "河堤路"}) == {"class"}


@pytest.mark.parametrize("folder", SCHEMES, ids=lambda path: path.name)
def test_no_shipped_form_asks_for_more_of_a_person_than_is_needed(folder: Path) -> None:
    scheme = load(folder)
    for form in scheme.forms.values():
        kinds = {one.kind for one in _all_fields(form.fields)}
        assert "id_number" not in kinds, form.id
        assert _has_grounds(form) or not form.personal, form.id


def _has_grounds(form: Form) -> bool:
    return bool(form.purpose.zh and form.basis.zh and form.retention)


@pytest.mark.parametrize("folder", SCHEMES, ids=lambda path: path.name)
def test_care_cases_stand_in_care_registers_with_grounds_and_an_end(folder: Path) -> None:
    scheme = load(folder)
    homes = {one.form: one for one in scheme.registers.values()}
    for form in (one for key, one in scheme.forms.items() if key.startswith("care_")):
        assert homes[form.id].care
        assert _has_grounds(form)
        assert form.by_id["opened_for"].required
        assert form.by_id["ends_on"].required
    for register in scheme.registers.values():
        if register.care:
            assert register.facets == (), "nothing selects people by what they are helped with"
