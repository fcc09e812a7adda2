"""Which addresses answer JSON, and which words each of them reads: found in the sources."""

import ast
import re
from functools import cache
from inspect import unwrap
from pathlib import Path

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

WORD = re.compile(r"[a-z][a-z_]{0,24}:?")
ANSWER = "JsonResponse"


def views() -> dict[str, tuple[str, str]]:
    """Return the module and the function (or class) behind the name of each address."""
    found: dict[str, tuple[str, str]] = {}

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns)
            elif one.name:
                view = unwrap(one.callback)
                view = getattr(view, "view_class", view)
                found[one.name] = (view.__module__, view.__name__)

    walk(get_resolver().url_patterns)
    return found


def json_addresses() -> list[str]:
    """Return the names of the addresses whose view makes JSON itself or by what it calls."""
    answering = _answering()
    return sorted(name for name, view in views().items() if view in answering)


@cache
def words_of(module: str) -> tuple[str, ...]:
    """Return the words in the sources of a view's module and of its form: names of what is sent.

    More than these are found, which does no harm: a strange name is a case too.
    """
    words: set[str] = set()
    for layer in ("views", "forms"):
        path = _path(module).parent.parent / layer / _path(module).name
        if not path.exists():
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words |= {node.value} if WORD.fullmatch(node.value) else set()
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                words |= {one.id for one in targets if isinstance(one, ast.Name)}
    return tuple(sorted(words)) or ("x",)


@cache
def _answering() -> frozenset[tuple[str, str]]:
    """Return the module and name of what makes a JsonResponse in the views, or calls such a one."""
    calls: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for path in sorted(_path("intake.views.home").parent.glob("*.py")):
        tree, module = ast.parse(path.read_text()), f"intake.views.{path.stem}"
        known = {
            one.asname or one.name: (node.module or "", one.name)
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for one in node.names
        }
        own = [one for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
        known |= {one.name: (module, one.name) for one in own}
        for one in own:
            calls[module, one.name] = {
                called
                for node in ast.walk(one)
                if isinstance(node, ast.Call) and (called := _called(node.func, known))
            }
    found = {("django.http", ANSWER)}
    while more := {name for name, does in calls.items() if does & found} - found:
        found |= more
    return frozenset(found)


def _called(what: ast.expr, known: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    """Return where a called thing stands: `name(…)`, or `module.name(…)`."""
    if isinstance(what, ast.Name):
        return known.get(what.id)
    if isinstance(what, ast.Attribute) and isinstance(what.value, ast.Name):
        package, module = known.get(what.value.id, ("", ""))
        return f"{package}.{module}", what.attr
    return None


def _path(module: str) -> Path:
    return Path(settings.BASE_DIR, *module.split(".")).with_suffix(".py")
