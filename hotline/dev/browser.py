"""What the browser tests need: Chromium, Node, and the HTML checker with its Java."""

import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path

from hotline.dev import system

NPM = Path(__file__).resolve().parent / "npm"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """Return a Chromium: $CHROMIUM, then the PATH, then the system's package."""
    if not system.has_library("libatomic.so.1"):
        system.install("libatomic1", why="Playwright, which drives the browser, needs it")
    given = os.environ.get("CHROMIUM")
    if given:
        found = shutil.which(given)
        return found or sys.exit(f"CHROMIUM names {given}, which is no program.")
    if not any(map(shutil.which, NAMES)):
        is_ubuntu = platform.freedesktop_os_release().get("ID") == "ubuntu"
        system.install(
            "chromium-browser" if is_ubuntu else "chromium", why="the browser tests drive it"
        )
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or sys.exit("No Chromium was found. Name one: CHROMIUM=/path/to/it make test")


def find_node() -> str:
    """Return a Node, installed when there is none: it runs the tests of the page's scripts."""
    if not any(map(shutil.which, ("node", "nodejs"))):
        system.install("nodejs", why="the tests of the page's scripts run on it")
    return shutil.which("node") or shutil.which("nodejs") or sys.exit("No Node was found.")


def html_checker() -> str:
    """Return the path of the Nu HTML checker's jar, installed from its lock; Java is there too."""
    if not shutil.which("java"):
        system.install("default-jre-headless", why="the HTML checker runs on Java")
    modules = NPM / "node_modules"
    jar, stamp = modules / "vnu-jar" / "build" / "dist" / "vnu.jar", modules / "installed"
    digest = hashlib.sha256((NPM / "package-lock.json").read_bytes()).hexdigest()
    if not (jar.exists() and stamp.exists() and stamp.read_text() == digest):
        if not shutil.which("npm"):
            system.install("npm", why="the HTML checker comes as an npm package")
        print("Installing the HTML checker.", flush=True)
        system.must_run("npm", "ci", "--silent", "--ignore-scripts", "--prefix", NPM)
        stamp.write_text(digest)
    return str(jar)
