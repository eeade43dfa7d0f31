"""Each bad scheme gets exactly the findings that stand beside it: severity, code, place, clause and words."""

from pathlib import Path

import pytest

from gezhi.schemes.check import check
from gezhi.schemes.model import Finding, SchemeError
from gezhi.schemes.source import load

BAD = Path(__file__).parent / "bad"
FOLDERS = sorted(path.parent for path in BAD.glob("*/expected.txt"))


def told(findings: list[Finding]) -> str:
    """Return findings as expected.txt holds them."""
    return "".join(
        f"{one.severity} {one.code} {one.place} {one.path} ({one.clause})\n  {one.text.zh}\n  {one.text.en}\n"
        for one in findings
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_bad_scheme_is_found_out(folder: Path) -> None:
    findings = check(folder)
    assert told(findings) == (folder / "expected.txt").read_text(encoding="utf-8")
    assert findings, "a bad example must be bad"
    assert all(one.place.file and one.text.zh and one.text.en for one in findings)


def test_every_bad_folder_says_what_is_expected() -> None:
    assert {path.parent for path in BAD.glob("*/scheme.toml")} == set(FOLDERS)


def test_the_base_of_the_bad_ones_is_in_order() -> None:
    base = (BAD / "base.toml").read_text(encoding="utf-8")
    files = {
        "good/scheme.toml": 'scheme = "good"\nversion = "1"\ntitle = {zh = "好", en = "Good"}\nextends = ["base"]\n',
        "good/catalogue.csv": (BAD / "loop" / "catalogue.csv").read_text(encoding="utf-8"),
        "base.toml": base,
    }
    assert check(files) == []


def test_a_scheme_with_a_misspelt_key_is_not_loaded() -> None:
    with pytest.raises(SchemeError) as caught:
        load(BAD / "unknown-key")
    assert "Did you mean “holder”?" in str(caught.value)
    assert caught.value.findings[0].place.line > 0
