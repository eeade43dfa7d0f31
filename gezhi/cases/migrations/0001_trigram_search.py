"""The extension that search stands on; it comes with PostgreSQL, and the database's owner may create it."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations
from django.db.utils import Error


class Trigrams(TrigramExtension):
    """As Django's, with words that say what to do."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except Error as error:
            raise RuntimeError(
                "Search needs PostgreSQL's extension pg_trgm, and this database could not create it. Have a superuser run"
                ' "CREATE EXTENSION pg_trgm" in this database (on Debian it is in the package postgresql-contrib), then'
                " migrate again. Nothing was changed."
            ) from error


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [Trigrams()]
