"""Issuers are stored in one form: without a slash at the end, and not as a discovery address."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("intake", "0023_reporting_party")]

    operations = [
        migrations.RunSQL(
            "UPDATE intake_user SET sso_issuer = rtrim(sso_issuer, '/') WHERE sso_issuer LIKE '%/'",
            migrations.RunSQL.noop,
        )
    ]
