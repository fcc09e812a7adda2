"""Imports point down: a newcomer reads a request from the address to the row, and never back."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

INTAKE = Path(settings.BASE_DIR) / "intake"

# Higher ones may import lower ones. What stands on one line does not import each other.
LAYERS = (
    ("urls", "management"),
    ("apps",),
    ("views",),
    ("middleware", "context", "backends", "uploads", "templatetags", "jobs"),
    ("exports", "typed", "backups"),
    ("forms", "actions"),
    ("worksheet", "search"),
    ("fields", "permissions", "checks", "sessions"),
    ("session_store", "guessing"),
    ("models",),
    ("wording", "edition_changes", "exchange", "factors"),
    ("triggers", "errors", "text", "crypto", "deadlines", "practice", "quality", "sets"),
    ("addresses", "passwords", "roles"),
)
RANK = {name: -rank for rank, names in enumerate(LAYERS) for name in names}
MODULES = sorted(
    path for path in INTAKE.rglob("*.py") if "migrations" not in path.parts and path.stem
)


def layer_of(module: str) -> str:
    """`intake.views.calls` → `views`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imported(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("intake"):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from names if node.module == "intake" else [str(node.module)]
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.startswith("intake"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(INTAKE)))
def test_imports_point_down(path: Path) -> None:
    relative = path.relative_to(INTAKE).with_suffix("")
    own = relative.parts[0]
    if own == "__init__":
        return
    assert own in RANK, f"{own} has no layer yet"
    for module in imported(path):
        other = layer_of(module)
        assert other == own or RANK[other] < RANK[own], f"{own} imports {module}"
