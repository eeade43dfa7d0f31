"""Two indexes of words: trigrams of those that were put there, and which ones have yet to be."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("cases", "0013_words_filed_later")]

    operations = [
        AddIndexConcurrently(
            "casewords",
            django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="case_words_filed", opclasses=["gin_trgm_ops"], condition=models.Q(indexed=True)
            ),
        ),
        AddIndexConcurrently(
            "casewords", models.Index(fields=["case"], name="case_words_fresh", condition=models.Q(indexed=False))
        ),
        RemoveIndexConcurrently("casewords", "case_words_trgm"),
    ]
