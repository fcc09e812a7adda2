"""Invariants that the database itself holds, for both engines, in one place.

- The audit and its seals are append-only, and so is what administrators changed.
- Submissions, their content and their reporting party are frozen; of the key of the latter, and of
  who opened a reporting party, only the seal may change, with the ring's keys.
- What was recorded of an intake is deleted only where its expunction stands, and that stands only
  where two people agreed to it and no legal hold does.
- A published edition (scheduled, live, retired) keeps its content; only its status moves on. It
  becomes one only when it is whole: English for every prompt, both sides of every pair, nothing
  that was taken out.
- A rating of a quality sample stays as it was given.
- An approved or closed intake stays approved or closed; amendments are append-only.
- What was asked for, confirmed and listed for retention stays as it was.
- An intake is restricted, and not any more, only with the row that says who and why; such rows,
  named viewers and openings by break-glass are append-only but for their end.

They are reinstalled after every migration, because SQLite drops triggers when it rebuilds a table.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_GIVEN = "OLD.sampled_id IS NOT NULL AND OLD.rated_at IS NOT NULL"
PUBLISHED = "('scheduled', 'live', 'retired')"
DRAWN = "A sample stays as it was drawn."
_RESTRICTED = "Who restricted, named or opened a record stays known."


@dataclass(frozen=True)
class Trigger:
    """Refuses `event` on `table`, saying `message`, for rows where `when` holds (or all)."""

    name: str
    table: str
    event: str  # "UPDATE", "DELETE", "INSERT", "UPDATE OF column, column"
    message: str
    when: str = ""


def _frozen(table: str, message: str, when: str = "") -> list[Trigger]:
    return [
        Trigger(f"{table}_no_update", table, "UPDATE", message, when),
        Trigger(f"{table}_no_delete", table, "DELETE", message, when),
    ]


def _published_content(table: str, edition: str) -> list[Trigger]:
    """Triggers for a table whose rows belong to the edition that SQL `edition` finds."""
    message = "A published edition does not change; edit a copy."
    triggers = []
    for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
        for row in rows:
            triggers.append(
                Trigger(
                    f"{table}_published_{event.lower()}_{row.lower()}",
                    table,
                    event,
                    message,
                    f"{{published:{edition.format(row=row)}}}",
                )
            )
    return triggers


def _kept(table: str, message: str, owner: str = "intake", when: str = "") -> Trigger:
    """Refuses to delete what was recorded of an intake that was not expunged."""
    expunged = f"NOT {{expunged:{owner}:OLD.{owner}_id}}"
    both = f"({when}) AND {expunged}" if when else expunged
    return Trigger(f"{table}_no_delete", table, "DELETE", message, both)


def _never(table: str, message: str, columns: str, when: str = "", name: str = "fixed") -> Trigger:
    return Trigger(f"{table}_{name}", table, f"UPDATE OF {columns}", message, when)


def _only_ended(table: str, columns: str, ended: str) -> list[Trigger]:
    """Triggers for rows that are only ended, once: `columns` are all but those of the end."""
    return [
        _kept(table, _RESTRICTED),
        _never(table, _RESTRICTED, columns),
        Trigger(f"{table}_ended", table, "UPDATE", _RESTRICTED, f"OLD.{ended} IS NOT NULL"),
    ]


FROZEN = "A submission is frozen."
SHOWN = "That a reporting party was shown stays known."
RECORDED = "What was recorded of an intake is kept."
AGREED = "What two people agreed to stays as it was."
# What is recorded of an intake and hangs on it, and is deleted by no part of the program but one.
CONTENT = (
    *("narrative", "answer", "heardnote", "fieldrevision", "reporter", "person", "concern"),
    *("decision", "crossreport", "crossreportsending", "dispatch", "quotation", "correction"),
    "support",
)

TRIGGERS: tuple[Trigger, ...] = (
    *_frozen("intake_auditevent", "The audit is append-only."),
    *_frozen("intake_auditseal", "The audit is append-only."),
    *_frozen("intake_auditcheckpoint", "The audit is append-only."),
    *_frozen("intake_tablechange", "What was changed stays known."),
    *_frozen("intake_submission", FROZEN),
    Trigger("intake_submissioncontent_no_update", "intake_submissioncontent", "UPDATE", FROZEN),
    _kept("intake_submissioncontent", FROZEN, "submission"),
    Trigger("intake_submissionreporter_no_update", "intake_submissionreporter", "UPDATE", FROZEN),
    _kept("intake_submissionreporter", FROZEN, "submission"),
    Trigger(
        "intake_amendment_no_update",
        "intake_amendment",
        "UPDATE",
        "An amendment stays as it was added.",
    ),
    _kept("intake_amendment", "An amendment stays as it was added."),
    *(_kept(f"intake_{table}", RECORDED) for table in CONTENT),
    _kept("intake_decisionreference", RECORDED, "decision"),
    _kept("intake_reviewcomment", RECORDED, "review", "{reviewed:OLD.review_id}"),
    *_frozen("intake_expunction", "What was destroyed stays known."),
    Trigger(
        "intake_expunction_agreed",
        "intake_expunction",
        "INSERT",
        "An expunction takes two people, and no legal hold.",
        "NOT {agreed:NEW}",
    ),
    Trigger("intake_measure_no_delete", "intake_measure", "DELETE", AGREED),
    _never(
        "intake_measure",
        AGREED,
        "id, intake_id, kind, ends_id, authority, dated, requested_by_id, requested_at",
    ),
    _never(
        "intake_measure",
        AGREED,
        "confirmed_by_id, confirmed_at, withdrawn_by_id, withdrawn_at",
        "OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL",
        "decided",
    ),
    Trigger("intake_retentionrun_no_delete", "intake_retentionrun", "DELETE", AGREED),
    _never("intake_retentionrun", AGREED, "id, agency_id, prepared_by_id, prepared_at"),
    _never(
        "intake_retentionrun",
        AGREED,
        "confirmed_by_id, confirmed_at, withdrawn_by_id, withdrawn_at",
        "OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL",
        "decided",
    ),
    Trigger("intake_retentionitem_no_delete", "intake_retentionitem", "DELETE", AGREED),
    _never("intake_retentionitem", AGREED, "id, run_id, intake_id, rule_id, outcome, kept_through"),
    Trigger(
        "intake_retentionitem_confirmed",
        "intake_retentionitem",
        "INSERT",
        "Nothing is added to a list that was confirmed.",
        "{confirmed:NEW.run_id}",
    ),
    _never(
        "intake_intake",
        "What was destroyed stays hidden.",
        "is_hidden",
        "NOT NEW.is_hidden AND {expunged:intake:OLD.id}",
        "expunged",
    ),
    # When the ring's keys change, these are sealed anew; nothing else of them changes.
    _never("intake_submissionreporterkey", FROZEN, "id, party_id"),
    _kept("intake_submissionreporterkey", FROZEN, "party"),
    _never("intake_reporterreveal", SHOWN, "id, intake_id, by_id, at, how, ground"),
    _kept("intake_reporterreveal", SHOWN),
    *_frozen("intake_qualityrating", "A rating of a sample stays as it was given.", _GIVEN),
    *_frozen("intake_sampledintake", DRAWN),
    Trigger("intake_qualitysample_no_delete", "intake_qualitysample", "DELETE", DRAWN),
    Trigger(
        "intake_qualitysample_drawn",
        "intake_qualitysample",
        "UPDATE OF id, agency_id, month, seed, drawn_at",
        DRAWN,
    ),
    *_published_content("intake_questionset", "{row}.edition_id"),
    *_published_content("intake_promptpair", "{row}.edition_id"),
    *_published_content("intake_prompt", "{row}.edition_id"),
    *_published_content(
        "intake_prompttext", "(SELECT edition_id FROM intake_prompt WHERE id = {row}.prompt_id)"
    ),
    Trigger(
        "intake_edition_published_fields",
        "intake_edition",
        "UPDATE OF id, agency_id, number, copied_from_id, content_sha256, created_at, live_from,"
        " created_by_id, requested_by_id, requested_at, published_by_id",
        "A published edition does not change; edit a copy.",
        f"OLD.status IN {PUBLISHED}",
    ),
    Trigger(
        "intake_edition_published_status",
        "intake_edition",
        "UPDATE OF status",
        "A published edition only moves on: scheduled, live, retired.",
        "(OLD.status = 'retired' AND NEW.status <> 'retired')"
        " OR (OLD.status = 'live' AND NEW.status NOT IN ('live', 'retired'))"
        " OR (OLD.status = 'scheduled' AND NEW.status NOT IN ('scheduled', 'live', 'retired'))",
    ),
    Trigger(
        "intake_edition_cancelled",
        "intake_edition",
        "UPDATE OF cancelled_at",
        "Only a scheduled edition is called off.",
        "OLD.status <> 'scheduled'",
    ),
    Trigger(
        "intake_edition_published_whole",
        "intake_edition",
        "UPDATE OF status",
        "Only a whole edition is published.",
        f"OLD.status NOT IN {PUBLISHED} AND NEW.status IN {PUBLISHED} AND NOT {{whole:NEW.id}}",
    ),
    Trigger(
        "intake_edition_published_delete",
        "intake_edition",
        "DELETE",
        "A published edition is kept.",
        f"OLD.status IN {PUBLISHED}",
    ),
    Trigger(
        "intake_intake_final_status",
        "intake_intake",
        "UPDATE OF status",
        "An approved or closed intake stays as it is.",
        "OLD.status IN ('approved', 'closed_no_report') AND NEW.status <> OLD.status",
    ),
    *_only_ended("intake_restriction", "id, intake_id, by_id, at, reason", "ended_at"),
    *_only_ended(
        "intake_namedviewer", "id, intake_id, user_id, given_by_id, at, until", "ended_at"
    ),
    *_only_ended("intake_breakglass", "id, intake_id, user_id, at, ends_at, reason", "closed_at"),
    Trigger(
        "intake_intake_restricted",
        "intake_intake",
        "UPDATE OF is_restricted",
        "A record is restricted by a row that says who and why.",
        "NEW.is_restricted <> {restricted:NEW.id}",
    ),
    Trigger(
        "intake_intake_begins_open",
        "intake_intake",
        "INSERT",
        "A record is restricted by a row that says who and why.",
        "NEW.is_restricted AND NOT NEW.is_practice",  # practice is never, by a constraint
    ),
    Trigger("intake_intake_no_delete", "intake_intake", "DELETE", "Intakes are kept."),
)

# PostgreSQL's TRUNCATE passes row triggers by; SQLite has no TRUNCATE.
NEVER_TRUNCATED = tuple(sorted({trigger.table for trigger in TRIGGERS}))

_WHOLE = """
  NOT EXISTS (
    SELECT 1 FROM intake_prompt AS asked WHERE asked.edition_id = {edition} AND (
      asked.is_removed OR NOT EXISTS (
        SELECT 1 FROM intake_prompttext AS words
        WHERE words.prompt_id = asked.id AND words.language = 'en' AND words.text <> ''
      )
    )
  ) AND NOT EXISTS (
    SELECT 1 FROM intake_promptpair AS pair WHERE pair.edition_id = {edition} AND (
      pair.is_removed OR (SELECT count(*) FROM intake_prompt WHERE pair_id = pair.id) <> 2
    )
  )
"""

# Whose intake a row is, by the column that names its owner.
_OWNERS = {
    "intake": "{key}",
    "submission": "(SELECT intake_id FROM intake_submission WHERE id = {key})",
    "party": (
        "(SELECT sent.intake_id FROM intake_submissionreporter AS kept"
        " JOIN intake_submission AS sent ON sent.id = kept.submission_id WHERE kept.id = {key})"
    ),
    "decision": "(SELECT intake_id FROM intake_decision WHERE id = {key})",
    "review": "(SELECT intake_id FROM intake_review WHERE id = {key})",
}
_EXPUNGED = "EXISTS (SELECT 1 FROM intake_expunction WHERE intake_id = {intake})"
_REVIEWED = "EXISTS (SELECT 1 FROM intake_review WHERE id = {key} AND outcome <> '')"
_CONFIRMED = (
    "EXISTS (SELECT 1 FROM intake_retentionrun WHERE id = {key} AND confirmed_at IS NOT NULL)"
)
_AGREED = """
  (EXISTS (
    SELECT 1 FROM intake_measure AS asked WHERE asked.id = {measure}
    AND asked.intake_id = {intake} AND asked.kind = 'expunction' AND asked.confirmed_at IS NOT NULL
  ) OR EXISTS (
    SELECT 1 FROM intake_retentionitem AS item
    JOIN intake_retentionrun AS run ON run.id = item.run_id
    JOIN intake_intake AS listed ON listed.id = item.intake_id AND listed.agency_id = run.agency_id
    WHERE item.id = {item} AND item.intake_id = {intake} AND run.confirmed_at IS NOT NULL
  )) AND NOT EXISTS (
    SELECT 1 FROM intake_measure AS hold WHERE hold.intake_id = {intake} AND hold.kind = 'hold'
    AND NOT EXISTS (
      SELECT 1 FROM intake_measure AS lift
      WHERE lift.ends_id = hold.id AND lift.confirmed_at IS NOT NULL
    )
  )
"""

_POSTGRESQL_EXPUNGED = "".join(
    f"""
CREATE OR REPLACE FUNCTION intake_{owner}_is_expunged(owner uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT {_EXPUNGED.format(intake=found.format(key="owner"))} $$;
"""
    for owner, found in _OWNERS.items()
)
_HAS_RESTRICTION = """EXISTS (
  SELECT 1 FROM intake_restriction WHERE intake_id = {intake} AND ended_at IS NULL
)"""

_POSTGRESQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION intake_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION intake_is_published(edition uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM intake_edition WHERE id = edition AND status IN {PUBLISHED})
$$;
CREATE OR REPLACE FUNCTION intake_edition_of_prompt(prompt uuid) RETURNS uuid
LANGUAGE sql STABLE AS $$ SELECT edition_id FROM intake_prompt WHERE id = prompt $$;
CREATE OR REPLACE FUNCTION intake_edition_is_whole(edition uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT {_WHOLE.format(edition="edition")} $$;
{_POSTGRESQL_EXPUNGED}
CREATE OR REPLACE FUNCTION intake_is_reviewed(review uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT {_REVIEWED.format(key="review")} $$;
CREATE OR REPLACE FUNCTION intake_run_is_confirmed(run uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT {_CONFIRMED.format(key="run")} $$;
CREATE OR REPLACE FUNCTION intake_expunction_is_agreed(of uuid, by_order uuid, by_list uuid)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT {_AGREED.format(intake="of", measure="by_order", item="by_list")}
$$;
CREATE OR REPLACE FUNCTION intake_has_restriction(intake uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT {_HAS_RESTRICTION.format(intake="$1")} $$;
"""  # noqa: S608 (constants of this file)


def reinstall(*, using: str = "default", **_: Any) -> None:
    """Install every trigger anew on the database `using`; a receiver of post_migrate."""
    connection = connections[using]
    if "intake_auditevent" not in connection.introspection.table_names():
        return  # migrated back to nothing
    remove(using=using)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTIONS)
        for statement in _statements(connection):
            cursor.execute(statement)


def remove(*, using: str = "default") -> None:
    """Remove every trigger; only a test that empties its tables has a use for this."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name, table in _names(connection):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(*, using: str = "default") -> list[str]:
    """Return the names of the triggers that the database `using` lacks or has switched off."""
    connection = connections[using]
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        installed = {name for (name,) in cursor.fetchall()}
    return sorted(name for name, _ in _names(connection) if name not in installed)


def _names(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    names = [(trigger.name, trigger.table) for trigger in TRIGGERS]
    if connection.vendor == "postgresql":
        names += [(f"{table}_no_truncate", table) for table in NEVER_TRUNCATED]
    return names


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "postgresql":
        return [
            f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table}"
            f" FOR EACH ROW {_when(trigger, 'postgresql')}"
            f" EXECUTE FUNCTION intake_refuse('{trigger.message}')"
            for trigger in TRIGGERS
        ] + [
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION intake_refuse('These rows are kept.')"
            for table in NEVER_TRUNCATED
        ]
    return [
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table}"
        f" FOR EACH ROW {_when(trigger, 'sqlite')}"
        f" BEGIN SELECT RAISE(ABORT, '{trigger.message}'); END"
        for trigger in TRIGGERS
    ]


def _when(trigger: Trigger, vendor: str) -> str:
    """Return the WHEN clause; PostgreSQL allows no subquery there, so it calls functions."""
    if not trigger.when:
        return ""
    if trigger.when.startswith("{published:"):
        return f"WHEN ({_is_published(trigger, vendor)})"
    return f"WHEN ({_PLACE.sub(lambda found: _condition(found, vendor), trigger.when)})"


_PLACE = re.compile(r"\{(\w+):(?:(\w+):)?([\w.]+)\}")


def _condition(found: re.Match[str], vendor: str) -> str:
    """Return what stands for a place of `Trigger.when`: the query, or the function that has it."""
    what, owner, key = found.groups()
    row = {"intake": f"{key}.intake_id", "measure": f"{key}.measure_id", "item": f"{key}.item_id"}
    if vendor == "sqlite":
        if what == "expunged":
            return _EXPUNGED.format(intake=_OWNERS[owner].format(key=key))
        queries = {"whole": _WHOLE, "reviewed": _REVIEWED, "confirmed": _CONFIRMED}
        queries["restricted"] = _HAS_RESTRICTION
        return (
            f"({_AGREED.format(**row)})"
            if what == "agreed"
            else f"({queries[what].format(key=key, edition=key, intake=key)})"
        )
    functions = {
        "whole": f"intake_edition_is_whole({key})",
        "expunged": f"intake_{owner}_is_expunged({key})",
        "reviewed": f"intake_is_reviewed({key})",
        "confirmed": f"intake_run_is_confirmed({key})",
        "restricted": f"intake_has_restriction({key})",
        "agreed": f"intake_expunction_is_agreed({', '.join(row.values())})",
    }
    return functions[what]


def _is_published(trigger: Trigger, vendor: str) -> str:
    edition = trigger.when.removeprefix("{published:").removesuffix("}")
    if vendor == "sqlite":
        published = f"SELECT 1 FROM intake_edition WHERE id = {edition} AND status IN {PUBLISHED}"  # noqa: S608
        return f"EXISTS ({published})"
    if edition.startswith("(SELECT"):
        row = "NEW" if "NEW." in edition else "OLD"
        edition = f"intake_edition_of_prompt({row}.prompt_id)"
    return f"intake_is_published({edition})"
