"""Two indexes of words: trigrams of those that were put there, and which ones have yet to be."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from gezhi.foundation import again


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("cases", "0013_words_filed_later")]

    operations = [
        again.AddIndex(
            "casewords",
            django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="case_words_filed", opclasses=["gin_trgm_ops"], condition=models.Q(indexed=True)
            ),
        ),
        again.AddIndex(
            "casewords", models.Index(fields=["case"], name="case_words_fresh", condition=models.Q(indexed=False))
        ),
        again.RemoveIndex("casewords", "case_words_trgm"),
    ]
