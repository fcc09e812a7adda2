"""What the documents name is there: commands, settings, files; and the other way round."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
TEXTS = {path.name: path.read_text() for path in DOCUMENTS}
SETTINGS = (ROOT / "hotline" / "settings.py").read_text()


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"manage\.py\s+([a-z_]{3,})", TEXTS[name])) - {"stands"}
    assert named <= set(get_commands()), named - set(get_commands())


def test_every_command_of_ours_is_named() -> None:
    ours = {name for name, app in get_commands().items() if app == "intake"}
    # For the demonstration and for who changes the program.
    told = "\n".join(TEXTS.values())
    assert {one for one in ours if one not in told} <= {"seed_demo", "write_schema"}


def test_every_setting_of_the_environment_is_told_of_and_the_other_way_round() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
    assert {"SECRET_KEY", "BACKUP_RECIPIENTS"} <= read
    told = "\n".join(TEXTS.values())
    assert {one for one in read if f"`{one}" not in told} == set()
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", TEXTS["README.md"], re.MULTILINE))
    assert table <= read, table - read


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_that_is_pointed_to_exists(name: str) -> None:
    folder = ROOT if name == "README.md" else ROOT / "docs"
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", TEXTS[name])
    assert [link for link in links if not (folder / link).exists()] == []
    if name == "data-protection-impact-assessment.md":
        places = re.findall(r"`((?:intake|hotline|tests|fixtures)/[\w/.]*)`", TEXTS[name])
        assert len(places) > 15
        assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_samples_of_the_guide_set_what_the_application_trusts() -> None:
    guide = TEXTS["operations.md"]
    nginx = re.search(r"```nginx\n(.*?)```", guide, re.DOTALL)
    caddy = re.search(r"```caddy\n(.*?)```", guide, re.DOTALL)
    assert nginx and caddy
    assert "proxy_set_header X-Forwarded-Proto https;" in nginx[1]
    assert "$proxy_add_x_forwarded_for" not in nginx[1]  # it keeps what the browser claims
    assert "client_max_body_size 2m;" in nginx[1] and "max_size 2MB" in caddy[1]
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 2 * 1024 * 1024
