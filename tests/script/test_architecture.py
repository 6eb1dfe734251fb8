"""What docs/architecture.md names in the code is there: a flow can be followed by its names."""

import importlib
import re
from types import ModuleType

import pytest

from config import ROOT

LAYERS = {"rules", "queries", "services", "routes", "forms", "jobs", "models"}
ROOMS = sorted(
    folder.name for folder in (ROOT / "lms").iterdir() if (folder / "__init__.py").exists()
)
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMES = sorted(
    {
        name
        for name in re.findall(r"`([a-z_]+(?:\.[a-zA-Z_]+)+)", PAGE)
        if name.split(".")[0] in LAYERS | set(ROOMS) and not name.endswith((".py", ".md"))
    }
)


def is_there(dotted: str) -> bool:
    """Whether a name such as "completion.services.crediting.credit" leads to something.

    A package may be left out where the name stands in one of its modules: people read
    "completion.credit" as what the room does.
    """
    parts = dotted.split(".")
    found: ModuleType = importlib.import_module(f"lms.{parts[0]}")
    for at, part in enumerate(parts[1:], 1):
        if hasattr(found, part) and not isinstance(getattr(found, part), ModuleType):
            return True
        try:
            found = importlib.import_module(f"{found.__name__}.{part}")
        except ModuleNotFoundError:
            return at == len(parts) - 1 and _stands_in(found, part)
    return True


def _stands_in(package: ModuleType, name: str) -> bool:
    folder = ROOT.joinpath(*package.__name__.split("."))
    defined = re.compile(rf"^(?:def|class) {name}\b", re.MULTILINE)
    return any(defined.search(file.read_text(encoding="utf-8")) for file in folder.rglob("*.py"))


def test_page_names_something() -> None:
    assert len(NAMES) > 40


@pytest.mark.parametrize("name", NAMES)
def test_name_in_the_architecture_leads_to_code(name: str) -> None:
    if name.split(".")[0] in LAYERS:
        assert any(is_there(f"{room}.{name}") for room in ROOMS if _has(room, name)), name
    else:
        assert is_there(name), name


def _has(room: str, name: str) -> bool:
    layer = ROOT / "lms" / room / name.split(".")[0]
    return layer.is_dir() or layer.with_suffix(".py").exists()


@pytest.mark.parametrize("room", ROOMS)
def test_room_has_its_line_in_the_architecture(room: str) -> None:
    assert re.search(rf"^\| .*`{room}`", PAGE, re.MULTILINE)
