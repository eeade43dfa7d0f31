"""Ids and titles that the rest of the house could not keep are found before a scheme is put into force."""

import pytest

from gezhi.schemes.check import check
from gezhi.schemes.tests.test_conflicts import FILES, RULES


def codes(rules: str) -> list[str]:
    """Return the codes of the errors that the check finds in these rules."""
    return [one.code for one in check(FILES | {"s/scheme.toml": rules}) if one.severity == "error"]


@pytest.mark.parametrize("post", ["of@fice", "of:fice", "of fice", "o" * 61, "of/fice"])
def test_an_id_that_could_not_be_written_as_a_desk_is_an_error(post: str) -> None:
    quoted = RULES.replace("[posts.office]", f'[posts."{post}"]').replace('"office"', f'"{post}"')
    assert "bad_id" in codes(quoted)


def test_a_title_and_a_version_that_no_column_holds_are_errors() -> None:
    assert "long_title" in codes(RULES.replace("镇办", "办" * 81))
    assert "long_version" in codes(RULES.replace('version = "1"', f'version = "{"1" * 41}"'))


def test_plain_names_are_no_error() -> None:
    assert not {"bad_id", "long_title", "long_version"} & set(codes(RULES))
