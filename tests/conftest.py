"""The cast: a named person for every role, two agencies, and a database that is as it was."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client, TransactionTestCase
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from intake.actions import editions
from intake.models import Agency, Edition, Intake, User
from tests import factory
from tests.standing import Standing

FAILURES = os.environ.get("FAILURES")
TOLD = 4000  # characters of each


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks no database; leave out what only PostgreSQL can show on another one."""
    for one in items:
        if not {"db", "transactional_db"} & set(getattr(one, "fixturenames", ())):
            one.add_marker("one_engine")
    if connection.vendor != "postgresql":
        items[:] = [one for one in items if not one.get_closest_marker("postgresql_only")]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what failed for the end of a run of many minutes, where `make test` tells it again."""
    if report.failed and FAILURES and "PYTEST_XDIST_WORKER" not in os.environ:
        with Path(FAILURES).open("a", encoding="utf-8", errors="backslashreplace") as told:
            told.write(f"{report.nodeid} ({report.when})\n{report.longreprtext[-TOLD:]}\n\n")


# What was imported stays: looked through again and again, it takes a twentieth of all the time.
gc.set_threshold(100_000, 50, 100)

# How long an example takes depends on the machine, which no test is about.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The database of this process is a copy of the one that `make test` has migrated.

    For SQLite it is a file, as in use: threads of the live server would share what is in memory,
    and one connection for all of them breaks when two requests meet.
    """
    migrated = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "hotline.sqlite3"
        shutil.copyfile(migrated, file)
        connection.settings_dict["TEST"]["NAME"] = str(file)
        return
    name = connection.settings_dict["TEST"]["NAME"] or f"test_{migrated}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated}"')


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """The agencies of the cast stand in the database before each test.

    So hundreds of rows are not written and rolled back for each, which only fills a database with
    what is dead. After a test that commits they stand there anew.
    """
    with django_db_blocker.unblock():
        for slug in ("demo", "other"):
            factory.make_agency(slug)
        standing = Standing(tmp_path_factory.mktemp("standing"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: standing.put_back())
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_collected(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An empty folder for collected static files, so that the live server warns of none."""
    django_settings.STATIC_ROOT = tmp_path_factory.mktemp("collected")


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Pages in tests name static files plainly; `tests/look` tries the real storage."""
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def agency(db: None) -> Agency:
    """The agency of the cast."""
    return factory.make_agency("demo")


@pytest.fixture
def worker(agency: Agency) -> User:
    """Takes calls."""
    return factory.make_user(agency, "worker", "workers")


@pytest.fixture
def worker2(agency: Agency) -> User:
    """Takes calls beside the first one."""
    return factory.make_user(agency, "worker2", "workers")


@pytest.fixture
def supervisor(agency: Agency) -> User:
    """Reviews the agency's intakes."""
    return factory.make_user(agency, "supervisor", "supervisors")


@pytest.fixture
def administrator(agency: Agency) -> User:
    """Edits question sets, sees no content."""
    return factory.make_user(agency, "administrator", "administrators")


@pytest.fixture
def privacy(agency: Agency) -> User:
    """Audits, sees no content."""
    return factory.make_user(agency, "privacy", "privacy_officers")


@pytest.fixture
def stranger(db: None) -> User:
    """A worker and supervisor of another agency."""
    return factory.make_user(factory.make_agency("other"), "stranger", "workers", "supervisors")


@pytest.fixture
def call(worker: User) -> Intake:
    """The worker's open call."""
    return factory.make_call(worker)


@pytest.fixture
def as_worker(client: Client, worker: User) -> Client:
    """A browser in which the worker is signed in."""
    client.force_login(worker)
    return client


@pytest.fixture
def as_administrator(client: Client, administrator: User) -> Client:
    """A browser in which the administrator signed in just now."""
    client.force_login(administrator)
    factory.prove(client)
    return client


@pytest.fixture
def second(agency: Agency) -> User:
    """Another administrator of the agency, who publishes what the first one wrote."""
    return factory.make_user(agency, "administrator2", "administrators")


@pytest.fixture
def live(agency: Agency) -> Edition:
    """The agency's edition that is live, a copy of the state's first."""
    return Edition.objects.get(agency=agency, status="live")


@pytest.fixture
def draft(administrator: User, live: Edition) -> Edition:
    """A draft of the administrator, a copy of the live edition."""
    return editions.start_draft(actor=administrator, source_id=live.pk, at=factory.NOW)
