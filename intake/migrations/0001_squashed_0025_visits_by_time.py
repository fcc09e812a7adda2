"""All that the migrations before it make, at once: a new database takes ten seconds, not thirty.

A database that has some of them goes on with those; both ways end with the same tables, columns,
constraints, indexes and rows.
"""

import datetime
import uuid
from importlib import import_module

import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import intake.models.people

groups = import_module("intake.migrations.0002_groups")
search = import_module("intake.migrations.0015_search")


class Migration(migrations.Migration):
    replaces = [
        ("intake", "0001_records"),
        ("intake", "0002_groups"),
        ("intake", "0003_response"),
        ("intake", "0004_keeping"),
        ("intake", "0005_told_and_written"),
        ("intake", "0006_sendings_withdrawn"),
        ("intake", "0007_copied_texts"),
        ("intake", "0008_desk"),
        ("intake", "0009_moved"),
        ("intake", "0010_own_review"),
        ("intake", "0011_assist"),
        ("intake", "0012_exports"),
        ("intake", "0013_quality"),
        ("intake", "0014_insights"),
        ("intake", "0015_search"),
        ("intake", "0016_editor"),
        ("intake", "0017_imports"),
        ("intake", "0018_administration"),
        ("intake", "0019_audit_seals"),
        ("intake", "0020_retention"),
        ("intake", "0021_restricted"),
        ("intake", "0022_sign_in"),
        ("intake", "0023_reporting_party"),
        ("intake", "0024_issuers"),
        ("intake", "0025_visits_by_time"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agency",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("slug", models.SlugField(unique=True)),
                (
                    "time_zone",
                    models.CharField(
                        default="America/Los_Angeles",
                        max_length=64,
                        validators=[intake.models.people.check_time_zone],
                    ),
                ),
                (
                    "anonymous_reporter_text",
                    models.TextField(
                        default="You may report without giving your name. If you give it, the law keeps it confidential: only the agencies it lists may learn it."
                    ),
                ),
                ("idle_lock_minutes", models.PositiveSmallIntegerField(default=15)),
                ("allows_own_review", models.BooleanField(default=False)),
                ("has_notice_emails", models.BooleanField(default=False)),
                ("allows_own_publish", models.BooleanField(default=False)),
                ("requires_worker_factor", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name_plural": "agencies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("idle_lock_minutes__gte", 1), ("idle_lock_minutes__lte", 30)
                        ),
                        name="agency_idle_lock_1_to_30_minutes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="intake.agency",
                    ),
                ),
                ("notices_mailed_at", models.DateTimeField(blank=True, null=True)),
                ("notices_seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "supervisor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="team",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("sso_issuer", models.CharField(blank=True, max_length=200)),
                ("sso_subject", models.CharField(blank=True, max_length=255)),
                ("may_reveal_reporter", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agency__isnull", False), ("is_superuser", True), _connector="OR"
                        ),
                        name="user_has_agency_or_is_operator",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supervisor__isnull", True),
                            models.Q(("supervisor", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="user_is_not_own_supervisor",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("sso_subject", ""), _negated=True),
                        fields=("sso_issuer", "sso_subject"),
                        name="user_of_single_sign_on",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sso_issuer", ""), ("sso_subject", "")),
                            models.Q(
                                ("sso_issuer", ""),
                                ("sso_subject", ""),
                                _connector="OR",
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="user_has_issuer_and_subject_or_neither",
                    ),
                ],
            },
            managers=[
                ("objects", intake.models.people.Users()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor_label", models.CharField(blank=True, max_length=150)),
                ("verb", models.CharField(max_length=64)),
                ("subject_type", models.CharField(blank=True, max_length=32)),
                ("subject_id", models.UUIDField(blank=True, null=True)),
                ("subject_label", models.CharField(blank=True, max_length=64)),
                ("details", models.JSONField(blank=True, default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="intake.agency",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["agency", "-at", "-id"], name="audit_of_agency"),
                    models.Index(fields=["subject_id", "-at"], name="audit_of_subject"),
                    models.Index(fields=["at"], name="audit_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("scheduled", "Scheduled"),
                            ("live", "Live"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("content_sha256", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("live_from", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="intake.agency",
                    ),
                ),
                (
                    "copied_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="intake.edition",
                    ),
                ),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("requested_at", models.DateTimeField(blank=True, null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["agency", "status", "-live_from"], name="edition_live")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "number"), name="edition_number_in_agency"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agency__isnull", True)),
                        fields=("number",),
                        name="edition_number_in_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "in_review", "scheduled", "live", "retired"])
                        ),
                        name="edition_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "in_review"]),
                            ("live_from__isnull", False),
                            _connector="OR",
                        ),
                        name="edition_published_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled_at__isnull", True), ("status", "retired"), _connector="OR"
                        ),
                        name="edition_cancelled_is_retired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionSet",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.SlugField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opening", "Opening"),
                            ("factor", "Factor"),
                            ("next_steps", "Next steps"),
                            ("closing", "Closing"),
                        ],
                        max_length=12,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("title_es", models.CharField(blank=True, max_length=120)),
                ("help", models.TextField(blank=True)),
                ("help_es", models.TextField(blank=True)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="question_sets",
                        to="intake.edition",
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "key"), name="question_set_key_in_edition"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["opening", "factor", "next_steps", "closing"])
                        ),
                        name="question_set_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromptPair",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("position", models.PositiveSmallIntegerField()),
                ("is_core", models.BooleanField(default=False)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairs",
                        to="intake.edition",
                    ),
                ),
                (
                    "question_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairs",
                        to="intake.questionset",
                    ),
                ),
                ("is_removed", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("edition", "key"), name="pair_key_in_edition"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_core", True)),
                        fields=("question_set",),
                        name="pair_one_core_in_set",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_core", False), ("is_removed", False), _connector="OR"
                        ),
                        name="pair_core_is_there",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prompt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[("question", "Question"), ("script", "Script")],
                        default="question",
                        max_length=12,
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("worry", "Worry"),
                            ("working_well", "Working well"),
                            ("open", "Open"),
                        ],
                        max_length=12,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("bound_to", models.CharField(blank=True, max_length=64)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prompts",
                        to="intake.edition",
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prompts",
                        to="intake.promptpair",
                    ),
                ),
                (
                    "question_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prompts",
                        to="intake.questionset",
                    ),
                ),
                ("is_removed", models.BooleanField(default=False)),
                ("saves", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "key"), name="prompt_key_in_edition"
                    ),
                    models.UniqueConstraint(fields=("pair", "side"), name="prompt_side_in_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["worry", "working_well", "open"])),
                        name="prompt_side_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["question", "script"])),
                        name="prompt_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pair__isnull", True), ("side", "open")),
                            models.Q(
                                ("pair__isnull", False), models.Q(("side", "open"), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="prompt_open_or_paired",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromptText",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "language",
                    models.CharField(choices=[("en", "English"), ("es", "Español")], max_length=8),
                ),
                ("text", models.TextField(blank=True)),
                ("helper", models.TextField(blank=True)),
                (
                    "prompt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="intake.prompt",
                    ),
                ),
                ("translated_from", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("prompt", "language"), name="prompt_text_in_language"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("translated_from", ""),
                            models.Q(("language", "en"), _negated=True),
                            _connector="OR",
                        ),
                        name="prompt_text_english_is_no_translation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferenceCounter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="intake.agency"
                    ),
                ),
                ("is_practice", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "year", "is_practice"), name="counter_of_agency_and_year"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResponseOption",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "decides",
                    models.CharField(
                        choices=[
                            ("screening", "Screening decision"),
                            ("priority", "Response priority"),
                            ("path", "Path"),
                            ("cross_report", "Cross-report"),
                        ],
                        max_length=12,
                    ),
                ),
                ("key", models.SlugField(max_length=64)),
                ("label", models.CharField(max_length=160)),
                ("position", models.PositiveSmallIntegerField()),
                ("deadline_hours", models.PositiveIntegerField(blank=True, null=True)),
                ("is_referral", models.BooleanField(default=False)),
                ("needs_priority", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("source", models.TextField(blank=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="response_options",
                        to="intake.agency",
                    ),
                ),
                ("may_learn_reporter", models.BooleanField(default=False)),
                ("written_hours", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "ordering": ["decides", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "decides", "key"), name="response_option_key_in_agency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decides__in", ["screening", "priority", "path", "cross_report"])
                        ),
                        name="response_option_decides_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decides", "cross_report"),
                            models.Q(
                                ("may_learn_reporter", False), ("written_hours__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="response_option_only_cross_reports_follow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CopyOutField",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("page", models.CharField(max_length=120)),
                ("label", models.CharField(max_length=120)),
                ("source", models.CharField(max_length=64)),
                ("limit", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveSmallIntegerField()),
                ("is_active", models.BooleanField(default=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copy_out_fields",
                        to="intake.agency",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "page", "label"), name="copy_out_field_in_agency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("limit", 0), ("limit__gte", 20), _connector="OR"),
                        name="copy_out_limit_holds_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CrossReportRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("physical_abuse", "Physical abuse"),
                            ("sexual_abuse", "Sexual abuse"),
                            ("emotional_abuse", "Emotional abuse"),
                            ("general_neglect", "General neglect"),
                            ("severe_neglect", "Severe neglect"),
                            ("exploitation", "Exploitation"),
                            ("caretaker_absence", "Caretaker absence or incapacity"),
                            ("at_risk", "At risk, sibling abused"),
                            ("other", "Other"),
                            ("is_out_of_home_care", "Child in out-of-home care"),
                            ("is_fatality", "A child has died"),
                            ("is_sexual_exploitation", "Commercial sexual exploitation"),
                            ("tribal_information", "Tribal information: yes"),
                        ],
                        max_length=32,
                    ),
                ),
                ("source", models.TextField()),
                ("is_active", models.BooleanField(default=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cross_report_rules",
                        to="intake.agency",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="intake.responseoption",
                    ),
                ),
            ],
            options={
                "ordering": ["recipient__position", "trigger"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "trigger", "recipient"), name="cross_report_rule_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        name="cross_report_rule_has_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preferences",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("snippets", models.JSONField(blank=True, default=dict)),
                ("keys", models.JSONField(blank=True, default=dict)),
                ("has_keys", models.BooleanField(default=True)),
                ("offers_other_side", models.BooleanField(default=True)),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("es", "Español")], default="en", max_length=8
                    ),
                ),
                ("layout", models.JSONField(blank=True, default=dict)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "preferences",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "es"])),
                        name="preferences_language_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=160)),
                (
                    "factor",
                    models.CharField(
                        choices=[
                            ("parental_resilience", "parental_resilience"),
                            ("social_connections", "social_connections"),
                            ("concrete_support", "concrete_support"),
                            ("parenting_knowledge", "parenting_knowledge"),
                            ("child_competence", "child_competence"),
                        ],
                        max_length=64,
                    ),
                ),
                ("area", models.CharField(blank=True, max_length=120)),
                ("offers", models.TextField(blank=True)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("hours", models.CharField(blank=True, max_length=120)),
                ("languages", models.CharField(blank=True, max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="intake.agency",
                    ),
                ),
            ],
            options={
                "ordering": ["factor", "name"],
                "indexes": [
                    models.Index(fields=["agency", "factor", "name"], name="service_of_agency")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "name", "area"), name="service_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "factor__in",
                                (
                                    "parental_resilience",
                                    "social_connections",
                                    "concrete_support",
                                    "parenting_knowledge",
                                    "child_competence",
                                ),
                            )
                        ),
                        name="service_of_known_factor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportJob",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pdf", "PDFs in a zip"),
                            ("csv", "CSV table"),
                            ("jsonl", "JSON Lines"),
                        ],
                        max_length=8,
                    ),
                ),
                ("criteria", models.JSONField(blank=True, default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Being made"),
                            ("done", "Ready"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("error", "an error of the program"),
                            ("stalled", "its worker ended again and again at the same intake"),
                            ("role", "the requester's role or account has changed"),
                            ("late", "it was not finished within 24 hours"),
                            ("gone", "a record of it is not to be read any more; ask for it anew"),
                        ],
                        max_length=12,
                    ),
                ),
                ("total", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("has_more", models.BooleanField(default=False)),
                ("requested_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("heartbeat_at", models.DateTimeField()),
                ("runner", models.UUIDField(blank=True, null=True)),
                ("stalls", models.PositiveSmallIntegerField(default=0)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.agency",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("restricted", models.PositiveIntegerField(default=0)),
                ("naming", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-requested_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["requested_by", "-requested_at", "-id"], name="export_of_user"
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=["heartbeat_at", "id"],
                        name="export_unfinished",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=("requested_by",),
                        name="export_one_unfinished_of_requester",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done__lte", models.F("total")), ("left_out__lte", models.F("done"))
                        ),
                        name="export_done_within_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("status__in", ["waiting", "running"]), _negated=True),
                                ("finished_at__isnull", True),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(
                                    ("status__in", ["done", "cancelled", "failed"]), _negated=True
                                ),
                                ("finished_at__isnull", False),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("status", "done"), _negated=True),
                                ("expires_at__isnull", False),
                                _connector="OR",
                            ),
                        ),
                        name="export_end_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status", "failed"), models.Q(("failure", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("status", "failed"), _negated=True), ("failure", "")
                            ),
                            _connector="OR",
                        ),
                        name="export_failure_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["pdf", "csv", "jsonl"])),
                        name="export_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["waiting", "running", "done", "cancelled", "failed"])
                        ),
                        name="export_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("failure__in", ["error", "stalled", "role", "late", "gone", ""])
                        ),
                        name="export_failure_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualitySample",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("seed", models.CharField(max_length=64)),
                ("approved", models.PositiveIntegerField(default=0)),
                ("drawn_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quality_samples",
                        to="intake.agency",
                    ),
                ),
            ],
            options={
                "ordering": ["-month"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "month"), name="quality_sample_of_agency_and_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seed", ""), _negated=True),
                        name="quality_sample_has_seed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "agency",
                        "spelling",
                        "word",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("spelling", models.CharField(max_length=64)),
                ("word", models.CharField(max_length=64)),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.agency",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchQuery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("criteria", models.JSONField(default=dict)),
                ("count", models.PositiveIntegerField()),
                ("is_more", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(db_index=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "search queries",
            },
        ),
        migrations.CreateModel(
            name="DraftChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("worded", "Changed the wording"),
                            ("added", "Added"),
                            ("removed", "Took out"),
                            ("moved", "Moved"),
                            ("core", "Made the core pair"),
                            ("confirmed", "Said that the translation is still right"),
                            ("taken_over", "Took over from the state’s edition"),
                        ],
                        max_length=12,
                    ),
                ),
                ("about", models.CharField(max_length=120)),
                ("cells", models.JSONField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="intake.edition",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "number"), name="draft_change_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EditionComment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("anchor", models.CharField(blank=True, max_length=120)),
                ("text", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="intake.edition",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="edition_comment_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolved_at__isnull", True), ("resolved_by__isnull", True)),
                            models.Q(
                                ("resolved_at__isnull", False), ("resolved_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="edition_comment_resolved_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JargonWord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("es", "Español")], default="en", max_length=8
                    ),
                ),
                ("words", models.CharField(max_length=80)),
                ("plainer", models.CharField(blank=True, max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jargon_words",
                        to="intake.agency",
                    ),
                ),
            ],
            options={
                "ordering": ["language", "words"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "language", "words"), name="jargon_word_in_agency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True),
                        name="jargon_word_not_empty",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EditionImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("sets", models.TextField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edition_imports",
                        to="intake.agency",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["made_at"], name="edition_import_age")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TableChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("table", models.CharField(max_length=32)),
                ("row", models.UUIDField()),
                ("label", models.CharField(max_length=160)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="table_changes",
                        to="intake.agency",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["agency", "-at", "-id"], name="table_change_of_agency"),
                    models.Index(fields=["row", "-at"], name="table_change_of_row"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.BigIntegerField(unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("public_key", models.CharField(max_length=44)),
                ("signature", models.CharField(max_length=88)),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seal",
                        to="intake.auditevent",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "applies_to",
                    models.CharField(
                        choices=[
                            ("screening", "A report, by its screening decision"),
                            ("no_report", "A call closed as no report"),
                            ("practice", "A practice call"),
                            ("assist", "Lines and flags of silent assist"),
                        ],
                        max_length=12,
                    ),
                ),
                ("years", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("source", models.TextField(blank=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retention_rules",
                        to="intake.agency",
                    ),
                ),
                (
                    "screening",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.responseoption",
                    ),
                ),
            ],
            options={
                "ordering": ["applies_to", "screening__position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("applies_to__in", ["screening", "no_report", "practice", "assist"])
                        ),
                        name="retention_rule_applies_to_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applies_to", "screening"), ("screening__isnull", False)),
                            models.Q(
                                models.Q(("applies_to", "screening"), _negated=True),
                                ("screening__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="retention_rule_names_screening",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("days__gte", 1), ("years__isnull", True)),
                            models.Q(
                                ("days__isnull", True), ("years__gte", 1), ("years__lte", 150)
                            ),
                            _connector="OR",
                        ),
                        name="retention_rule_years_or_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applies_to", "screening"), _negated=True),
                            ("years__gte", 3),
                            _connector="OR",
                        ),
                        name="retention_rule_report_at_least_3_years",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("screening__isnull", False)),
                        fields=("agency", "screening"),
                        name="retention_rule_once_for_screening",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("screening__isnull", True)),
                        fields=("agency", "applies_to"),
                        name="retention_rule_once_for_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("prepared_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retention_runs",
                        to="intake.agency",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-prepared_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["agency", "-prepared_at", "-id"], name="retention_run_of_agency"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", True), ("confirmed_by__isnull", True)
                            ),
                            models.Q(
                                ("confirmed_at__gte", models.F("prepared_at")),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("prepared_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="retention_run_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("withdrawn_at__gte", models.F("prepared_at")),
                                ("withdrawn_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="retention_run_withdrawn_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("finished_at__gte", models.F("confirmed_at")),
                            ),
                            _connector="OR",
                        ),
                        name="retention_run_finished_after_confirmed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True), ("withdrawn_at__isnull", True)
                        ),
                        fields=("agency",),
                        name="retention_run_one_open_of_agency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CacheEntry",
            fields=[
                ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "hotline_cache",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Intake",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("reference", models.CharField(max_length=16)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("in_progress", "In progress"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("returned", "Returned"),
                            ("approved", "Approved"),
                            ("closed_no_report", "Closed – no report"),
                        ],
                        default="in_progress",
                        max_length=20,
                    ),
                ),
                ("is_practice", models.BooleanField(default=False)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("interrupted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "interruption_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("dropped", "The line dropped"),
                            ("caller_left", "The caller had to leave"),
                            ("worker_left", "The worker had to leave"),
                            ("technical", "Technical trouble"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "no_report_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wrong_number", "Wrong number"),
                            ("information", "Information only"),
                            ("hung_up", "Hung up before any concern was told"),
                            ("mistake", "Opened by mistake"),
                        ],
                        max_length=16,
                    ),
                ),
                ("entered_in_error_at", models.DateTimeField(blank=True, null=True)),
                ("entered_in_error_reason", models.TextField(blank=True)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("in_person", "In person"),
                            ("written", "Written report"),
                        ],
                        default="phone",
                        max_length=12,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("es", "Español")], default="en", max_length=8
                    ),
                ),
                ("interpreter", models.TextField(blank=True)),
                (
                    "callback_wanted",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Don't know")],
                        max_length=8,
                    ),
                ),
                ("callback_time", models.TextField(blank=True)),
                (
                    "danger_now",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Don't know")],
                        max_length=8,
                    ),
                ),
                ("child_now_at", models.TextField(blank=True)),
                (
                    "responder_safety",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Don't know")],
                        max_length=8,
                    ),
                ),
                ("responder_safety_details", models.TextField(blank=True)),
                (
                    "tribal_information",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Don't know")],
                        max_length=8,
                    ),
                ),
                ("tribe", models.TextField(blank=True)),
                ("tribal_basis", models.TextField(blank=True)),
                ("is_fatality", models.BooleanField(default=False)),
                ("is_sexual_exploitation", models.BooleanField(default=False)),
                ("is_safe_surrender", models.BooleanField(default=False)),
                ("is_out_of_home_care", models.BooleanField(default=False)),
                ("is_domestic_violence", models.BooleanField(default=False)),
                ("is_protected_address", models.BooleanField(default=False)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intakes",
                        to="intake.agency",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intakes",
                        to="intake.edition",
                    ),
                ),
                ("prior_involvement", models.ManyToManyField(blank=True, to="intake.intake")),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intakes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="written_reports",
                        to="intake.intake",
                    ),
                ),
                (
                    "calls_back",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="callbacks",
                        to="intake.intake",
                    ),
                ),
                ("from_paper_at", models.DateTimeField(blank=True, null=True)),
                (
                    "written_medium",
                    models.CharField(
                        blank=True,
                        choices=[("paper", "Paper"), ("fax", "Fax"), ("portal", "Portal")],
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("is_danger_first", models.BooleanField(default=False)),
                ("is_hidden", models.BooleanField(default=False)),
                ("retained_from", models.DateTimeField(blank=True, null=True)),
                ("is_restricted", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["worker", "-started_at"], name="intake_of_worker"),
                    models.Index(fields=["agency", "-started_at", "-id"], name="intake_of_agency"),
                    models.Index(
                        fields=["agency", "status", "-started_at", "-id"], name="intake_by_status"
                    ),
                    models.Index(
                        condition=models.Q(
                            ("danger_now", "yes"),
                            ("is_practice", False),
                            models.Q(
                                ("status__in", ["approved", "closed_no_report"]), _negated=True
                            ),
                        ),
                        fields=["agency", "-started_at", "-id"],
                        name="intake_in_danger",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("is_practice", False),
                            ("status__in", ["submitted", "in_review", "returned"]),
                        ),
                        fields=["agency", "-is_danger_first", "due_at", "submitted_at", "id"],
                        name="intake_in_queue",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("is_practice", False),
                            ("status__in", ["submitted", "in_review", "returned"]),
                        ),
                        fields=["worker", "status"],
                        name="intake_waiting_of_worker",
                    ),
                    models.Index(
                        condition=models.Q(("retained_from__isnull", False)),
                        fields=["agency", "retained_from"],
                        name="intake_retained",
                    ),
                    models.Index(
                        condition=models.Q(("is_restricted", True)),
                        fields=["agency"],
                        name="intake_restricted",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "reference"), name="intake_reference_in_agency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="intake_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status", "closed_no_report"),
                                models.Q(("no_report_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "closed_no_report"), _negated=True),
                                ("no_report_reason", ""),
                            ),
                            _connector="OR",
                        ),
                        name="intake_no_report_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed_no_report"), _negated=True),
                            models.Q(("danger_now", "yes"), _negated=True),
                            _connector="OR",
                        ),
                        name="intake_danger_is_a_report",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("interrupted_at__isnull", True), ("interruption_reason", "")),
                            models.Q(
                                ("interrupted_at__isnull", False),
                                models.Q(("interruption_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="intake_interruption_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("submitted_at__isnull", False),
                            ("status__in", ["in_progress", "closed_no_report"]),
                            _connector="OR",
                        ),
                        name="intake_submitted_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entered_in_error_at__isnull", True),
                                ("entered_in_error_reason", ""),
                            ),
                            models.Q(
                                ("entered_in_error_at__isnull", False),
                                ("submitted_at__isnull", False),
                                models.Q(("entered_in_error_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="intake_error_mark_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "in_progress",
                                    "submitted",
                                    "in_review",
                                    "returned",
                                    "approved",
                                    "closed_no_report",
                                ],
                            )
                        ),
                        name="intake_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["phone", "in_person", "written"])),
                        name="intake_method_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("danger_now__in", ["yes", "no", "unknown", ""])),
                        name="intake_danger_now_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("responder_safety__in", ["yes", "no", "unknown", ""])),
                        name="intake_responder_safety_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tribal_information__in", ["yes", "no", "unknown", ""])
                        ),
                        name="intake_tribal_information_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_paper_at__isnull", True),
                            ("from_paper_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="intake_from_paper_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "closed_no_report"), _negated=True),
                        fields=("follows",),
                        name="intake_one_written_report_of_call",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("written_medium__in", ["paper", "fax", "portal", ""])),
                        name="intake_written_medium_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_restricted", False), ("is_practice", False), _connector="OR"
                        ),
                        name="intake_practice_not_restricted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("text", models.TextField(blank=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_asked", "Not asked"),
                            ("answered", "Answered"),
                            ("unknown", "Doesn't know"),
                            ("declined", "Declined"),
                        ],
                        default="not_asked",
                        max_length=12,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("first_hand", "First-hand"),
                            ("second_hand", "Second-hand"),
                            ("worker_observation", "Worker's observation"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("strength", "Strength"),
                            ("act_of_protection", "Act of protection"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "not_asked_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_time", "No time"),
                            ("caller_left", "Caller left"),
                            ("volunteered", "Already volunteered"),
                            ("not_relevant", "Does not bear on this report"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="intake.intake",
                    ),
                ),
                (
                    "prompt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="intake.prompt",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("intake", "prompt"), name="answer_of_prompt"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "not_asked"), _negated=True),
                            ("text", ""),
                            _connector="OR",
                        ),
                        name="answer_not_asked_is_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "answered"), _negated=True),
                            models.Q(("text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="answer_answered_has_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["not_asked", "answered", "unknown", "declined"])
                        ),
                        name="answer_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["first_hand", "second_hand", "worker_observation", ""])
                        ),
                        name="answer_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["strength", "act_of_protection", ""])),
                        name="answer_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("rationale", models.TextField(blank=True)),
                ("working_well_bearing", models.TextField(blank=True)),
                ("harm_statement", models.TextField(blank=True)),
                ("danger_statement", models.TextField(blank=True)),
                ("next_steps", models.TextField(blank=True)),
                ("cross_reports", models.TextField(blank=True)),
                ("transfer_agency", models.TextField(blank=True)),
                ("transfer_person", models.TextField(blank=True)),
                ("transfer_method", models.TextField(blank=True)),
                ("transfer_time", models.TextField(blank=True)),
                ("known_referral", models.TextField(blank=True)),
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="intake.intake",
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.responseoption",
                    ),
                ),
                (
                    "priority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.responseoption",
                    ),
                ),
                (
                    "screening",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.responseoption",
                    ),
                ),
                (
                    "concrete_help",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Don't know")],
                        max_length=8,
                    ),
                ),
                ("concrete_help_reason", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("concrete_help__in", ["yes", "no", "unknown", ""])),
                        name="decision_concrete_help_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionReference",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.answer",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="references",
                        to="intake.decision",
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("stands", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("decision", "answer"), name="decision_reference_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldRevision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("row", models.UUIDField()),
                ("field", models.CharField(max_length=64)),
                ("revision", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("sealed", models.BinaryField(blank=True, null=True)),
                ("saved_at", models.DateTimeField()),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="field_revisions",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("row", "field", "revision"), name="field_revision_of_field"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sealed__isnull", True), ("text", ""), _connector="OR"),
                        name="field_revision_one_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "told",
                    models.CharField(
                        choices=[
                            ("law_enforcement", "Law enforcement"),
                            ("responding_worker", "Responding worker"),
                            ("supervisor", "Supervisor"),
                            ("tribe", "Tribe"),
                        ],
                        max_length=20,
                    ),
                ),
                ("who", models.TextField(blank=True)),
                ("how", models.TextField(blank=True)),
                ("told_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_by", models.TextField(blank=True)),
                (
                    "told_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispatches",
                        to="intake.intake",
                    ),
                ),
                (
                    "acknowledged_noted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["told_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "told__in",
                                ["law_enforcement", "responding_worker", "supervisor", "tribe"],
                            )
                        ),
                        name="dispatch_told_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("acknowledged_at__isnull", True),
                            ("acknowledged_at__gte", models.F("told_at")),
                            _connector="OR",
                        ),
                        name="dispatch_acknowledged_after_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="dispatch_withdrawn_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
                (
                    "type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("physical_abuse", "Physical abuse"),
                            ("sexual_abuse", "Sexual abuse"),
                            ("emotional_abuse", "Emotional abuse"),
                            ("general_neglect", "General neglect"),
                            ("severe_neglect", "Severe neglect"),
                            ("exploitation", "Exploitation"),
                            ("caretaker_absence", "Caretaker absence or incapacity"),
                            ("at_risk", "At risk, sibling abused"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("what", models.TextField(blank=True)),
                ("when", models.TextField(blank=True)),
                ("where", models.TextField(blank=True)),
                ("injury", models.TextField(blank=True)),
                ("witnesses", models.TextField(blank=True)),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("first_hand", "First-hand"),
                            ("second_hand", "Second-hand"),
                            ("worker_observation", "Worker's observation"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_removed", models.BooleanField(default=False)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__in",
                                [
                                    "physical_abuse",
                                    "sexual_abuse",
                                    "emotional_abuse",
                                    "general_neglect",
                                    "severe_neglect",
                                    "exploitation",
                                    "caretaker_absence",
                                    "at_risk",
                                    "other",
                                    "",
                                ],
                            )
                        ),
                        name="concern_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["first_hand", "second_hand", "worker_observation", ""])
                        ),
                        name="concern_source_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("text", models.TextField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="amendment_has_text_and_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Narrative",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("text", models.TextField(blank=True)),
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="narrative",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text__length__lte", 200000)),
                        name="narrative_within_limit",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("child", "Child"),
                            ("caregiver", "Caregiver"),
                            ("other", "Other person"),
                        ],
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("name", models.TextField(blank=True)),
                ("is_unknown", models.BooleanField(default=False)),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("age", models.TextField(blank=True)),
                ("gender", models.TextField(blank=True)),
                ("relationship", models.TextField(blank=True)),
                ("address", models.TextField(blank=True)),
                ("current_location", models.TextField(blank=True)),
                ("school_or_care", models.TextField(blank=True)),
                ("language", models.TextField(blank=True)),
                ("culture", models.TextField(blank=True)),
                ("disability", models.TextField(blank=True)),
                ("last_seen", models.TextField(blank=True)),
                ("access_to_child", models.TextField(blank=True)),
                (
                    "in_household",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Don't know")],
                        max_length=8,
                    ),
                ),
                ("is_alleged_victim", models.BooleanField(default=False)),
                ("is_alleged_maltreater", models.BooleanField(default=False)),
                ("is_removed", models.BooleanField(default=False)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "people",
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["child", "caregiver", "other"])),
                        name="person_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("in_household__in", ["yes", "no", "unknown", ""])),
                        name="person_in_household_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeardNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("factor", models.CharField(max_length=64)),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("worry", "Worry"),
                            ("working_well", "Working well"),
                            ("open", "Open"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField()),
                ("start", models.PositiveIntegerField(default=0)),
                ("end", models.PositiveIntegerField(default=0)),
                ("call_seconds", models.PositiveIntegerField(default=0)),
                ("filed_at", models.DateTimeField()),
                ("is_removed", models.BooleanField(default=False)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heard_notes",
                        to="intake.intake",
                    ),
                ),
                (
                    "prompt",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="heard_notes",
                        to="intake.prompt",
                    ),
                ),
            ],
            options={
                "ordering": ["filed_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["worry", "working_well"])),
                        name="heard_note_has_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end__gte", models.F("start"))),
                        name="heard_note_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reporter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mandated", "Mandated reporter"),
                            ("non_mandated", "Not a mandated reporter"),
                            ("anonymous", "Anonymous"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "confidentiality_advised",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Don't know")],
                        max_length=8,
                    ),
                ),
                ("name", models.BinaryField(blank=True, null=True)),
                ("phone", models.BinaryField(blank=True, null=True)),
                ("callback_number", models.BinaryField(blank=True, null=True)),
                ("address", models.BinaryField(blank=True, null=True)),
                ("relationship", models.BinaryField(blank=True, null=True)),
                ("capacity", models.BinaryField(blank=True, null=True)),
                ("basis_of_knowledge", models.BinaryField(blank=True, null=True)),
                ("refusal_reason", models.BinaryField(blank=True, null=True)),
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reporter",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["mandated", "non_mandated", "anonymous", ""])
                        ),
                        name="reporter_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CrossReport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("note", models.TextField(blank=True)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cross_reports",
                        to="intake.intake",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.responseoption",
                    ),
                ),
                (
                    "decided",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "To be made"), ("no", "Not made")],
                        max_length=8,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("intake", "recipient"), name="cross_report_once_to_recipient"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided__in", ["yes", "no", ""])),
                        name="cross_report_decided_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("intake", "number"), name="submission_number_of_intake"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="submission_hash_is_sha256",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("claimed_at", models.DateTimeField()),
                ("active_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("released", "Released"),
                            ("returned", "Returned"),
                            ("approved", "Approved"),
                        ],
                        max_length=12,
                    ),
                ),
                ("own_reason", models.TextField(blank=True)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="intake.intake",
                    ),
                ),
                (
                    "own_screening",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.responseoption",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="intake.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["claimed_at"],
                "indexes": [
                    models.Index(fields=["reviewer", "-decided_at"], name="review_of_reviewer")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")),
                        fields=("intake",),
                        name="review_one_claim_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("outcome", "")),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="review_decided_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("own_screening__isnull", True),
                            models.Q(("own_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="review_own_decision_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["released", "returned", "approved", ""])
                        ),
                        name="review_outcome_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewComment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("anchor", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="intake.reviewcomment",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to="intake.review",
                    ),
                ),
                ("passage", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="review_comment_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolved_at__isnull", True), ("resolved_by__isnull", True)),
                            models.Q(
                                ("resolved_at__isnull", False), ("resolved_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="review_comment_resolved_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("passage", ""), ("anchor", "narrative.text"), _connector="OR"
                        ),
                        name="review_comment_passage_of_narrative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubmissionContent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.TextField()),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="content",
                        to="intake.submission",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SubmissionReporter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reporter",
                        to="intake.submission",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Support",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                (
                    "factor",
                    models.CharField(
                        choices=[
                            ("parental_resilience", "parental_resilience"),
                            ("social_connections", "social_connections"),
                            ("concrete_support", "concrete_support"),
                            ("parenting_knowledge", "parenting_knowledge"),
                            ("child_competence", "child_competence"),
                        ],
                        max_length=64,
                    ),
                ),
                ("service", models.TextField()),
                ("offered_at", models.DateTimeField()),
                (
                    "accepted",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Accepted"), ("no", "Declined"), ("unknown", "Not known")],
                        max_length=8,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="intake.intake",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("accepted_by", models.TextField(blank=True)),
                ("is_removed", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["offered_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "factor__in",
                                (
                                    "parental_resilience",
                                    "social_connections",
                                    "concrete_support",
                                    "parenting_knowledge",
                                    "child_competence",
                                ),
                            )
                        ),
                        name="support_of_known_factor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accepted__in", ["", "yes", "no", "unknown"])),
                        name="support_accepted_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CopyOutTick",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("part", models.PositiveSmallIntegerField(default=1)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "field",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.copyoutfield",
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copy_out_ticks",
                        to="intake.intake",
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("intake", "field", "part"), name="copy_out_tick_of_block"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("part__gte", 1)), name="copy_out_part_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
                ("of", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True)),
                ("is_removed", models.BooleanField(default=False)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("of", ""), _negated=True), name="correction_of_a_field"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CrossReportSending",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("method", models.TextField()),
                ("to_whom", models.TextField(blank=True)),
                ("is_written", models.BooleanField(default=False)),
                ("sent_at", models.DateTimeField()),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cross_report_sendings",
                        to="intake.intake",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.responseoption",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["sent_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("method", ""), _negated=True),
                        name="cross_report_sent_somehow",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="sending_withdrawn_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PracticeRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scenario", models.SlugField(max_length=64)),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("es", "Español")], default="en", max_length=8
                    ),
                ),
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="practice",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("scenario", ""), _negated=True),
                        name="practice_run_has_scenario",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "es"])),
                        name="practice_run_language_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PracticeTurn",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("line", "Said unasked"),
                            ("reply", "Answered"),
                            ("otherwise", "Had no answer"),
                            ("ending", "Ended"),
                        ],
                        max_length=12,
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "prompt",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.prompt",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to="intake.practicerun",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "number"), name="practice_turn_of_run"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["line", "reply", "otherwise", "ending"])),
                        name="practice_turn_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quotation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("saves", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField()),
                ("text", models.TextField()),
                ("speaker", models.TextField(blank=True)),
                ("hearer", models.TextField(blank=True)),
                ("is_removed", models.BooleanField(default=False)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotations",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="quotation_not_empty"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="intake.intake",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "offered_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "moved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["offered_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("answer", "")),
                        fields=["offered_to", "-offered_at"],
                        name="hand_over_open_to",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answer", "")),
                        fields=("intake",),
                        name="hand_over_one_open_of_intake",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__gte", models.F("offered_at")),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="hand_over_answer_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("offered_by", models.F("offered_to")), _negated=True),
                        name="hand_over_to_a_colleague",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer__in", ["accepted", "declined", "withdrawn", ""])
                        ),
                        name="hand_over_answer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("moved_by__isnull", True), ("answer", "accepted"), _connector="OR"
                        ),
                        name="hand_over_moved_stands",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                (
                    "intake",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outbox_keys",
                        to="intake.intake",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outbox_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outbox_keys",
                        to="intake.edition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "intake"), name="outbox_key_of_user_and_call"
                    ),
                    models.UniqueConstraint(
                        fields=("user", "edition"), name="outbox_key_of_user_and_draft"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("intake__isnull", True), ("edition__isnull", True), _connector="XOR"
                        ),
                        name="outbox_key_of_call_or_draft",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallPage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pages",
                        to="intake.intake",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["intake", "-seen_at"], name="page_of_intake")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seen_at__gte", models.F("opened_at"))),
                        name="call_page_seen_after_opened",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewVisit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="intake.intake",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["seen_at"], name="review_visit_lately")],
                "constraints": [
                    models.UniqueConstraint(fields=("intake", "user"), name="review_visit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AssistLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("put_away_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assist_lines",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("put_away_at__isnull", True)),
                        fields=["intake", "-at"],
                        name="assist_line_standing",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True), ("text__length__lte", 200)
                        ),
                        name="assist_line_within_limit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seen_at__isnull", True),
                            ("seen_at__gte", models.F("at")),
                            _connector="OR",
                        ),
                        name="assist_line_seen_after_sent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Follower",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="intake.intake",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("intake", "user"), name="follower_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HelpFlag",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                ("lowered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="help_flags",
                        to="intake.intake",
                    ),
                ),
                (
                    "lowered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["raised_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lowered_at__isnull", True)),
                        fields=("intake",),
                        name="help_flag_one_raised_of_intake",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lowered_at__isnull", True), ("lowered_by__isnull", True)),
                            models.Q(
                                ("lowered_at__gte", models.F("raised_at")),
                                ("lowered_at__isnull", False),
                                ("lowered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="help_flag_lowered_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.intake",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.submission",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="intake.exportjob",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("job", "position"), name="export_item_at_position"
                    ),
                    models.UniqueConstraint(fields=("job", "intake"), name="export_item_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportPart",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="part",
                        to="intake.exportitem",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="intake.exportjob",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SampledIntake",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sampled",
                        to="intake.intake",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sampled",
                        to="intake.qualitysample",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.submission",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="QualityRating",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
                ("items", models.JSONField(blank=True, default=list)),
                ("place", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("assigned_at", models.DateTimeField(blank=True, null=True)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quality_ratings",
                        to="intake.intake",
                    ),
                ),
                (
                    "rater",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.submission",
                    ),
                ),
                (
                    "sampled",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ratings",
                        to="intake.sampledintake",
                    ),
                ),
            ],
            options={
                "ordering": ["rated_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("rated_at", None)),
                        fields=["rater"],
                        name="quality_rating_open_of",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("sampled__isnull", True)),
                        fields=("submission", "rater"),
                        name="quality_rating_once",
                    ),
                    models.UniqueConstraint(
                        fields=("sampled", "rater"), name="quality_rating_by_different_raters"
                    ),
                    models.UniqueConstraint(
                        fields=("sampled", "place"), name="quality_rating_place_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("assigned_at__isnull", True),
                                ("place__isnull", True),
                                ("rated_at__isnull", False),
                                ("sampled__isnull", True),
                            ),
                            models.Q(
                                ("assigned_at__isnull", False),
                                ("place__in", [1, 2]),
                                ("sampled__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="quality_rating_ordinary_or_asked_for",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallSummary",
            fields=[
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="summary",
                        serialize=False,
                        to="intake.intake",
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("week", models.DateField()),
                ("asked", models.SmallIntegerField(default=0)),
                ("volunteered", models.SmallIntegerField(default=0)),
                ("unknown", models.SmallIntegerField(default=0)),
                ("returns", models.PositiveSmallIntegerField(default=0)),
                ("dispatched_after", models.PositiveIntegerField(blank=True, null=True)),
                ("submitted_after", models.PositiveIntegerField()),
                ("approved_after", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.agency",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "call summaries",
                "indexes": [
                    models.Index(
                        fields=[
                            "agency",
                            "started_at",
                            "worker",
                            "week",
                            "asked",
                            "volunteered",
                            "unknown",
                            "returns",
                            "dispatched_after",
                            "submitted_after",
                            "approved_after",
                        ],
                        name="call_summary_of_agency",
                    ),
                    models.Index(fields=["worker", "started_at"], name="call_summary_of_worker"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person",
                        "kind",
                        "word",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("n", "Name"), ("a", "Address"), ("b", "Birth date")], max_length=1
                    ),
                ),
                ("word", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.agency",
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="intake.intake",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="intake.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["agency", "kind", "word", "-started_at", "-intake", "person"],
                        name="person_word_newest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["n", "a", "b"])),
                        name="person_word_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.agency",
                    ),
                ),
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="document",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["agency", "-started_at", "-intake"], name="search_document_newest"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hold", "Legal hold"),
                            ("lift", "Lifting of a legal hold"),
                            ("seal", "Seal"),
                            ("unseal", "Unsealing"),
                            ("expunction", "Expunction"),
                        ],
                        max_length=12,
                    ),
                ),
                ("authority", models.CharField(max_length=160)),
                ("dated", models.DateField(blank=True, null=True)),
                ("requested_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ends",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="endings",
                        to="intake.measure",
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="intake.intake",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["requested_at", "id"],
                "indexes": [
                    models.Index(fields=["intake", "requested_at"], name="measure_of_intake"),
                    models.Index(
                        condition=models.Q(
                            ("confirmed_at__isnull", True),
                            ("withdrawn_at__isnull", True),
                            models.Q(("kind", "hold"), _negated=True),
                        ),
                        fields=["requested_at"],
                        name="measure_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["hold", "lift", "seal", "unseal", "expunction"])
                        ),
                        name="measure_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("authority", ""), _negated=True),
                        name="measure_has_authority",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends__isnull", False), ("kind__in", ["lift", "unseal"])),
                            models.Q(
                                models.Q(("kind__in", ["lift", "unseal"]), _negated=True),
                                ("ends__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="measure_ends_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", True), ("confirmed_by__isnull", True)
                            ),
                            models.Q(
                                ("confirmed_at__gte", models.F("requested_at")),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("requested_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="measure_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("withdrawn_at__gte", models.F("requested_at")),
                                ("withdrawn_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="measure_withdrawn_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "hold"), _negated=True),
                            models.Q(
                                ("confirmed_at__isnull", True), ("withdrawn_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="measure_hold_stands_at_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "expunction"), _negated=True),
                            ("dated__isnull", False),
                            _connector="OR",
                        ),
                        name="measure_expunction_has_date",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("confirmed_at__isnull", True),
                            ("kind__in", ["seal", "expunction"]),
                            ("withdrawn_at__isnull", True),
                        ),
                        fields=("intake", "kind"),
                        name="measure_one_request_of_a_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends__isnull", False), ("withdrawn_at__isnull", True)),
                        fields=("ends",),
                        name="measure_ended_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("outcome", models.CharField(max_length=160)),
                ("kept_through", models.DateField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "left",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("held", "Kept: on legal hold"),
                            ("not_due", "Kept: not due any more"),
                            ("gone", "Was expunged before"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retention_items",
                        to="intake.intake",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.retentionrule",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="intake.retentionrun",
                    ),
                ),
            ],
            options={
                "ordering": ["outcome", "kept_through", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["run", "id"],
                        name="retention_item_to_do",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "intake"), name="retention_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left", ""), ("done_at__isnull", False), _connector="OR"
                        ),
                        name="retention_item_left_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("left__in", ["held", "not_due", "gone", ""])),
                        name="retention_item_left_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Expunction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "intake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expunction",
                        to="intake.intake",
                    ),
                ),
                (
                    "measure",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expunction",
                        to="intake.measure",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expunction",
                        to="intake.retentionitem",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("measure__isnull", True), ("item__isnull", True), _connector="XOR"
                        ),
                        name="expunction_by_order_or_retention",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BreakGlass",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="broken_glass",
                        to="intake.intake",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["intake", "user", "-ends_at"], name="break_glass_of_user"),
                    models.Index(fields=["at"], name="break_glass_by_time"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), ("reason__length__lte", 2000)
                        ),
                        name="break_glass_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gt", models.F("at")),
                            (
                                "ends_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("at"),
                                    "+",
                                    models.Value(datetime.timedelta(seconds=3600)),
                                ),
                            ),
                        ),
                        name="break_glass_lasts_an_hour",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            ("closed_at__gte", models.F("at")),
                            _connector="OR",
                        ),
                        name="break_glass_closed_after_opened",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NamedViewer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="named_viewers",
                        to="intake.intake",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("intake", "user"),
                        name="named_viewer_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gt", models.F("at")), _connector="OR"
                        ),
                        name="named_viewer_until_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(
                                ("ended_at__gte", models.F("at")), ("ended_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="named_viewer_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restrictions",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("intake",),
                        name="restriction_one_of_intake",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            ("end_reason__length__lte", 2000),
                            ("reason__length__lte", 2000),
                        ),
                        name="restriction_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reason", ""),
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                            ),
                            models.Q(
                                ("ended_at__gte", models.F("at")),
                                ("ended_by__isnull", False),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="restriction_ended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_by__isnull", True),
                            models.Q(("ended_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="restriction_ended_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubmissionReporterKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sealed", models.BinaryField()),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="key",
                        to="intake.submissionreporter",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReporterReveal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("shown", "Shown on the screen"),
                            ("pdf", "Made a PDF of the record"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("call_back", "To speak with the reporting party about the report"),
                            ("safety", "Somebody’s safety depends on it"),
                            ("agency", "An agency that the law lets know has asked"),
                            ("waived", "The reporting party has waived confidentiality"),
                            ("court", "A court has ordered it"),
                            ("record", "To put the record right"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.BinaryField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reveals",
                        to="intake.intake",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ["shown", "pdf"])), name="reveal_how_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ground__in",
                                ["call_back", "safety", "agency", "waived", "court", "record"],
                            )
                        ),
                        name="reveal_ground_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="intake",
            name="holder",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="intake.callpage",
            ),
        ),
        migrations.RunPython(groups.add_groups, migrations.RunPython.noop),
        migrations.RunPython(search.make_words, search.drop_words),
    ]
