import pytest

from gezhi.territory import codes


@pytest.mark.parametrize(
    "code", ["51", "5111", "511111", "511111002", "511111002001", "511111002001001", "350527000", "350527000000"]
)
def test_codes_of_every_length_pass(code: str) -> None:
    assert codes.fault(code, free=False) is None


@pytest.mark.parametrize(
    ("code", "key", "suggestion"),
    [
        ("51111100201", "code_length", ""),
        ("51111100000000000000", "code_length", "511111"),
        ("991111", "code_region", ""),
        ("511111700001", "code_township", ""),
        ("511111000001", "code_township", ""),
        ("511111002600", "code_village", ""),
        ("511111002000", "code_village", ""),
        ("511111002001000", "code_grid", "511111002001001"),
        ("5.11111E+11", "code_scientific", ""),
        ("51/11", "code_signs", "51-11"),
    ],
)
def test_faults_are_named_with_a_suggestion_where_one_is_evident(code: str, key: str, suggestion: str) -> None:
    fault = codes.fault(code, free=False)
    assert fault is not None
    assert (fault.key, fault.suggestion) == (key, suggestion)


def test_other_countries_codes_are_free_but_never_break_a_path() -> None:
    assert codes.fault("Allston-02134", free=True) is None
    assert codes.fault("圣玛丽 St. Mary's", free=True) is None
    assert codes.fault("Allston / Brighton", free=True) is not None
    assert codes.fault(codes.from_name("Allston / Brighton"), free=True) is None


@pytest.mark.parametrize(
    "raw", ["511111002001", " 511111002001 ", "'511111002001", "511111002001.0", "５１１１１１００２００１"]
)
def test_codes_mangled_by_a_spreadsheet_are_read(raw: str) -> None:
    assert codes.clean(raw) == "511111002001"


def test_the_level_above_is_in_the_digits() -> None:
    assert codes.parent_of("511111002001001") == "511111002001"
    assert codes.parent_of("511111") == "5111"
    assert codes.parent_of("51") is None
    assert codes.parent_of("Brooklyn") is None
