"""What the browser tests need: Chromium, Node, and the HTML checker with its Java."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from hotline.dev import system

NPM = Path(__file__).resolve().parent / "npm"
# The widget that renders FHIR Questionnaires: its package alone, not what it was built of.
WIDGET = "lforms@40.1.3"
WIDGET_SHA512 = (
    "58baee4e6f817159da7c2d2b480437fdc36a871bdc941531c811baf1ab9bfee8"
    "5ad8d68af47f1965c1174d3b8e46e1b3cc2b74c1aedfbe1ba2799b5c0c874fcd"
)
# The one without a window first: it makes no tabs and menus of its own, and takes a third less.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
NODES = ("node", "nodejs")


def needs() -> list[system.Need]:
    """Return what is missing for the browser tests."""
    missing = []
    if not system.has_library("libatomic.so.1"):
        missing.append(system.Need(("libatomic1",), "Playwright, which drives the browser"))
    if not os.environ.get("CHROMIUM") and not any(map(shutil.which, NAMES)):
        is_ubuntu = platform.freedesktop_os_release().get("ID") == "ubuntu"
        package = "chromium-browser" if is_ubuntu else NAMES[0]
        missing.append(system.Need((package,), "the browser tests drive it"))
    if not shutil.which("java"):
        missing.append(system.Need(("default-jre-headless",), "the HTML checker runs on it"))
    if not shutil.which("npm"):
        missing.append(system.Need(("npm",), "the HTML checker comes with it"))
    if not any(map(shutil.which, NODES)):
        missing.append(system.Need(("nodejs",), "the tests of the page's scripts run on it"))
    return missing


def find_chromium() -> str:
    """Return a Chromium that runs: $CHROMIUM, then the PATH, then the system's package."""
    system.provide(needs())
    given = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [given] if given else NAMES)), None)
    if given and not found:
        sys.exit(f"CHROMIUM names {given}, which is no program.")
    # Ubuntu's package is a snap, which starts only where snaps do.
    if not found or subprocess.run([found, "--version"], capture_output=True).returncode:
        sys.exit(
            "No Chromium that starts was found. Install Chromium or Chrome and name it:\n"
            "    CHROMIUM=/path/to/it make test"
        )
    return found


def find_node() -> str:
    """Return a Node, which runs the tests of the page's scripts."""
    system.provide(needs())
    return next(filter(None, map(shutil.which, NODES)), None) or sys.exit("No Node was found.")


def form_widget() -> str:
    """Return the folder of the LHC-Forms widget, fetched once and known by its hash."""
    system.provide(needs())
    folder = NPM / "widget"
    stamp = folder / "installed"
    if not (stamp.exists() and stamp.read_text() == WIDGET_SHA512):
        print("Installing the widget that renders questionnaires.", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        system.must_run("npm", "pack", WIDGET, "--silent", "--pack-destination", folder)
        package = next(folder.glob("*.tgz"))
        if hashlib.sha512(package.read_bytes()).hexdigest() != WIDGET_SHA512:
            sys.exit(f"{WIDGET} is not what it was; nothing of it was used.")
        system.must_run("tar", "-xzf", package, "-C", folder)
        package.unlink()
        stamp.write_text(WIDGET_SHA512)
    return str(folder / "package" / "dist" / "lforms")


def html_checker() -> str:
    """Return the path of the Nu HTML checker's jar, installed from its lock; Java is there too."""
    system.provide(needs())
    modules = NPM / "node_modules"
    jar, stamp = modules / "vnu-jar" / "build" / "dist" / "vnu.jar", modules / "installed"
    digest = hashlib.sha256((NPM / "package-lock.json").read_bytes()).hexdigest()
    if not (jar.exists() and stamp.exists() and stamp.read_text() == digest):
        print("Installing the HTML checker.", flush=True)
        system.must_run("npm", "ci", "--silent", "--ignore-scripts", "--prefix", NPM)
        stamp.write_text(digest)
    return str(jar)
