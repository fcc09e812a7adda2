"""`make pictures`: the pictures in `docs/`, taken anew from the running application."""

import sys
import tempfile

from hotline.dev import browser, environment, system


def main() -> int:
    """Return 0 when the pictures were taken."""
    system.exit_on_signals()
    environment.ensure(dev=True)
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        env = environment.for_tests(f"sqlite:///{folder}/hotline.sqlite3")
        env |= {"CHROMIUM": browser.find_chromium()}
        return system.run(environment.PYTHON, "-m", "tests.browser.pictures", env=env)


if __name__ == "__main__":
    sys.exit(main())
