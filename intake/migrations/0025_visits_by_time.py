"""Who is at the queue's rows is asked by time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0024_issuers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reviewvisit",
            index=models.Index(fields=["seen_at"], name="review_visit_lately"),
        ),
    ]
