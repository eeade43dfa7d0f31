"""Chinese words are letters to the database's trigrams: else every search would read every row."""

import pytest
from django.db import connection

from gezhi.foundation.words import stored


@pytest.mark.django_db
def test_two_chinese_characters_make_a_trigram() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select show_trgm(%s), show_trgm(%s)", [stored("积水"), stored("路灯")])
        one, other = cursor.fetchone()
    assert len(one) >= 3
    assert not set(one) & set(other)
