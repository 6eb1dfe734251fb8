"""Whether code, requirements, lock and docs/dependencies.md name the same libraries.

A library that came along with another, or lay in .venv by chance, is missing on the next machine:
every module imported is a direct requirement, every requirement is locked and has its reason.
"""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN, TEST = "requirements.in", "requirements-dev.in"
OWN = {"config", "lms", "script", "tests"}
OF_THE_TYPE_CHECKER = {"_typeshed"}
"""Modules that no distribution brings and that are never run."""


def main() -> int:
    """Print what does not agree; 1 if anything does not."""
    problems = list(dict.fromkeys(find_problems()))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def find_problems() -> Iterator[str]:
    """Yield one sentence for each disagreement."""
    run, test = required(RUN), required(TEST)
    yield from unrequired(["config.py", "lms", "migrations"], run, RUN)
    yield from unrequired(["script", "tests"], run | test, TEST)
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    for names, lock in ((run, "requirements.txt"), (run | test, "requirements-dev.txt")):
        locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text(), re.MULTILINE))
        for name in sorted(names):
            if name not in locked:
                yield f"{name} is not in {lock}: run script/lock"
            if not re.search(rf"^\|[^|]*\b{re.escape(name)}\b[^|]*\|", reasons, re.MULTILINE):
                yield f"{name} has no reason in docs/dependencies.md"


def required(file: str) -> set[str]:
    """Return the names in a .in file, without versions and extras."""
    lines = (ROOT / file).read_text().splitlines()
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line[:1] not in ("#", "-"))
    return {normal(name.group()) for name in names if name}


def unrequired(places: list[str], names: set[str], file: str) -> Iterator[str]:
    """Yield a sentence for each module of another's that these places import without naming it."""
    known = packages_distributions()
    users: dict[str, Path] = {}
    for place in places:
        path = ROOT / place
        for source in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for module in imported(source) - OWN - OF_THE_TYPE_CHECKER - sys.stdlib_module_names:
                users.setdefault(module, source.relative_to(ROOT))
    for module, user in sorted(users.items()):
        if not {normal(name) for name in known.get(module, [module])} & names:
            yield f"{module}, imported by {user}, is not in {file}"


def imported(source: Path) -> set[str]:
    """Return the top modules a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def normal(name: str) -> str:
    """Return a distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
