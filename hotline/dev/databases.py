"""Throw-away databases of both engines, migrated, for whatever is tried on them."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from hotline.dev import environment, postgres, system


@contextmanager
def migrated(engine: str, words: Mapping[str, str]) -> Iterator[dict[str, dict[str, str]]]:
    """Yield the environment for tests on each engine, by its name; `engine` may be "all".

    `words` stand in it besides. The databases go when the context ends.
    """
    with ExitStack() as stack:
        envs = {}
        if engine != "sqlite":
            url = stack.enter_context(postgres.throw_away_cluster())
            envs["PostgreSQL"] = {**environment.for_tests(url), **words}
        if engine != "postgresql":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-"))
            url = f"sqlite:///{folder}/hotline.sqlite3"
            envs["SQLite"] = {**environment.for_tests(url), **words}
        # Each takes ten seconds, on one processor.
        with ThreadPoolExecutor() as pool:
            code = max(pool.map(_migrate, envs.values()))
        if code:
            sys.exit(code)
        yield envs


def _migrate(env: Mapping[str, str]) -> int:
    return system.run(environment.PYTHON, "manage.py", "migrate", "--verbosity", "0", env=env)
