"""What is served and shipped: nothing from elsewhere, nothing inline, nothing altered unnoticed."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

from hotline.dev import vendor

ROOT = vendor.ROOT
STYLE_SHEETS = sorted((ROOT / "static").rglob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Attributes in which a browser would run a script, and elements that would hold one or a style.
EVENT_ATTRIBUTE = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE)
STYLE_ATTRIBUTE = re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


@pytest.mark.parametrize("path", STYLE_SHEETS, ids=name_of)
def test_a_style_sheet_asks_no_other_server(path: Path) -> None:
    css = without_comments(path.read_text())

    assert "data:" not in css
    assert "@import" not in css
    assert not re.search(r"(https?:)?//", css)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_nothing_inline(path: Path) -> None:
    html = re.sub(r"\{#.*?#\}", "", path.read_text())

    assert not EVENT_ATTRIBUTE.search(html)
    assert not STYLE_ATTRIBUTE.search(html)
    assert not INLINE_SCRIPT.search(html)
    assert "<style" not in html or "pdf" in path.name  # the PDF is no page of a browser
    assert "data:" not in html
    assert not re.search(r"(src|href|action)=\"(https?:)?//", html)


def test_every_vendored_file_is_the_one_on_record() -> None:
    record = vendor.RECORD.read_text()

    assert f"{vendor.TABLE_BEGIN}\n{vendor.table()}\n{vendor.TABLE_END}" in record
    for package in vendor.PACKAGES:
        assert f"| `{package.name}` (" in record
        assert f"| {package.version} |" in record


def test_the_trimmed_uswds_has_the_components_in_use_and_no_utilities() -> None:
    css = (vendor.USWDS_DIR / "css" / "uswds.css").read_text()

    for part in (".usa-button", ".usa-input", ".usa-radio__input", ".usa-alert--error", "correct8"):
        assert part in css
    assert ".usa-footer" not in css
    assert "margin-top-2" not in css
    assert css.count("{") == css.count("}")


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".usa-input{color:red}", ".usa-input{color:red}\n"),
        (".usa-input,.usa-banner{color:red}", ".usa-input{color:red}\n"),
        (".usa-banner .usa-input{color:red}", ""),
        (".tablet\\:margin-2{margin:0}", ""),
        ("p:not(.usa-banner,.usa-input){margin:0}", ""),
        ("@media print{.usa-banner{margin:0}}", ""),
        ('a[href^="a{b"]{margin:0}', 'a[href^="a{b"]{margin:0}\n'),
        ('@charset "UTF-8";@font-face{src:url(a.woff2)}p{margin:0}', "p{margin:0}\n"),
    ],
)
def test_trimming_keeps_a_rule_only_if_every_class_is_in_use(css: str, kept: str) -> None:
    assert vendor.trimmed(css) == kept


def test_a_package_that_was_not_reviewed_is_refused(tmp_path: Path) -> None:
    (tmp_path / vendor.USWDS.tarball).write_bytes(b"something else")

    with pytest.raises(SystemExit, match="not the file that was reviewed"):
        vendor.unpacked(vendor.USWDS, tmp_path / "work", tmp_path)


def test_static_files_collect_under_hashed_names(tmp_path: Path) -> None:
    storages = settings.STORAGES | {
        "staticfiles": {
            # The names and references are what is tested; compression is WhiteNoise's.
            "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        }
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages, DEBUG=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        address = staticfiles_storage.url("css/base.css")

    assert re.search(r"css/base\.[0-9a-f]{12}\.css$", address)
    collected = (tmp_path / "css" / Path(address).name).read_text()
    assert re.search(r"fonts/source-sans-3-latin\.[0-9a-f]{12}\.woff2", collected)
