"""The district of the cases' tests."""

from gezhi.cases.tests.conftest import District, _look_again, district

__all__ = ["District", "_look_again", "district"]
