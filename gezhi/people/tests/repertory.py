"""What stands in the database of tests."""

from functools import cache

from django.db import connection

# What migrations write stands there in every test.
_SEEDS = {"django_content_type", "auth_permission"}


@cache
def tables() -> tuple[str, ...]:
    """Return the tables that tests write to."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(sorted(set(names) - _SEEDS))
