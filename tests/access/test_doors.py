"""Ways in and out of the product that must not be there at all, looked for in its code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from config import ROOT

FETCHING = frozenset(
    {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "urllib.request"}
    | {"urllib3", "xmlrpc", "telnetlib", "websockets"}
)
MAY_FETCH = {
    "lms/core/outbox/transports.py": {"smtplib"},  # mail, to the one server of the settings
    "lms/web/serving.py": {"http.client", "socket"},  # `lms serve` asks its own /healthz
    "lms/web/patience/leaving.py": {"socket"},  # the web server's own connections
    "lms/web/patience/worker.py": {"socket"},
}
RUNS_TEXT = frozenset({"eval", "exec", "compile", "render_template_string", "from_string"})
LOADS_OBJECTS = frozenset({"pickle", "marshal", "shelve", "dill", "jsonpickle"})
FILLS_ROWS = frozenset({"populate_obj"})


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every file of the product with its tree."""
    for path in [ROOT / "config.py", *sorted((ROOT / "lms").rglob("*.py"))]:
        yield str(path.relative_to(ROOT)), ast.parse(Path(path).read_text())


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return names


def called(tree: ast.Module) -> set[str]:
    """The names of what is called; of a method its last name, without that of `re`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name):
                    names.add(name)
                case ast.Attribute(attr=name, value=ast.Name(id=of)) if of != "re":
                    names.add(name if of != "RGBColor" else f"{of}.{name}")
    return names


def test_product_opens_connections_to_its_mail_server_and_to_itself_alone() -> None:
    """CWE-918: no importer, webhook, picture or key is fetched from an address anybody gives."""
    found = {path: imported(tree) & FETCHING for path, tree in modules()}
    assert {path: names for path, names in found.items() if names} == MAY_FETCH


def test_nothing_in_a_row_or_a_file_is_run_as_a_template_or_a_program() -> None:
    """CWE-1336, CWE-94, CWE-502: templates are files of ours; YAML and JSON make no objects."""
    wrong = []
    for path, tree in modules():
        wrong += [f"{path}: {name}" for name in called(tree) & (RUNS_TEXT | FILLS_ROWS)]
        wrong += [f"{path}: {name}" for name in imported(tree) & LOADS_OBJECTS]
    assert not wrong, "\n".join(wrong)
