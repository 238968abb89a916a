"""The architecture's rules that a linter doesn't know. The import contract itself is run by ``./dev lint``.

Everything is read from the files' text and syntax trees; nothing of the program is imported.
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("desktop", "workflow", "records", "ocr", "exporters", "forms")
# measure and check the program from outside, and are imported by none of it
OUTSIDE = ("benchmarks", "tests")

DRAWERS = {"utils", "util", "common", "misc", "helpers", "helper", "manager", "managers", "base"}
LINES_USUAL, LINES_MOST = 400, 600
FUNCTION_USUAL, FUNCTION_MOST = 50, 80


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def settings() -> dict[str, object]:
    tool: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    return tool


# -- what the documents name exists -----------------------------------------------------------------------------------


def module_file(parts: list[str]) -> Path | None:
    folder = ROOT.joinpath(*parts)
    for candidate in (folder.with_suffix(".py"), folder / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def members(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """Names that a module or class body defines or imports."""
    names: dict[str, ast.stmt] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names[node.name] = node
        elif isinstance(node, ast.Assign):
            names.update({target.id: node for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names[node.target.id] = node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update({alias.asname or alias.name: node for alias in node.names})
    return names


def exists(dotted: str) -> bool:
    """``workflow.intake`` is a module, ``workflow.intake.Taken`` a name in it, ``….Taken.path`` one in the class."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        path = module_file(parts[:length])
        if path is not None:
            return has(tree(path).body, parts[length:])
    return False


def has(body: list[ast.stmt], names: list[str]) -> bool:
    if not names:
        return True
    found = members(body).get(names[0])
    if found is None:
        return False
    return has(found.body if isinstance(found, ast.ClassDef) else [], names[1:])


def named_modules(document: Path) -> set[str]:
    text = document.read_text(encoding="utf-8")
    top = "|".join(PACKAGES + OUTSIDE)
    return set(re.findall(rf"`((?:{top})(?:\.[A-Za-z_]\w*)+)(?:\(.*?\))?`", text))


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "docs" / "ARCHITECTURE.md", *sorted((ROOT / "docs" / "decisions").glob("*.md"))]


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_documents_name_only_what_exists(document: Path) -> None:
    assert [name for name in sorted(named_modules(document)) if not exists(name)] == []


def test_the_architecture_page_names_modules_of_every_package() -> None:
    named = {name.split(".")[0] for name in named_modules(ROOT / "docs" / "ARCHITECTURE.md")}
    assert named >= set(PACKAGES)


@pytest.mark.parametrize("document", [*documents(), *sorted((ROOT / "docs" / "使用手册").glob("*.md"))], ids=relative)
def test_links_in_documents_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t]
    assert [t for t in targets if t and not (document.parent / t).exists()] == []


# -- packages ---------------------------------------------------------------------------------------------------------


def test_every_package_is_under_the_import_contract() -> None:
    contract = settings()["importlinter"]
    assert isinstance(contract, dict)
    found = {init.parent.name for init in ROOT.glob("*/__init__.py")}
    assert set(contract["root_packages"]) == found - set(OUTSIDE) == set(PACKAGES)


def test_the_program_imports_nothing_that_measures_it() -> None:
    offenders = []
    for path in python_files(*PACKAGES):
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            offenders += [f"{relative(path)}: {name}" for name in names if name.split(".")[0] in OUTSIDE]
    assert offenders == []


def test_no_installed_distribution_provides_our_names() -> None:
    """``records`` or ``forms`` of somebody else would be imported instead of ours, or beside it."""
    providers = importlib.metadata.packages_distributions()
    foreign = {name: set(providers.get(name, ())) - {"tongdang"} for name in (*PACKAGES, "benchmarks", "resources")}
    assert {name: owners for name, owners in foreign.items() if owners} == {}


def test_no_drawers() -> None:
    """A name that says nothing about its subject collects what nobody placed."""
    files = list(python_files(*PACKAGES, *OUTSIDE))
    parts = {relative(path): {*path.relative_to(ROOT).parts[:-1], path.stem} for path in files}
    assert {name: found & DRAWERS for name, found in parts.items() if found & DRAWERS} == {}


# -- sizes ------------------------------------------------------------------------------------------------------------


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{relative(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_stay_readable() -> None:
    lengths = {
        relative(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in (*python_files(*PACKAGES, *OUTSIDE), ROOT / "dev")
        # a revision is a record of what the tables were; it is written once, and never read for understanding
        if path.parent.name != "versions"
    }
    print_long("files", lengths, LINES_USUAL)
    assert {name: n for name, n in lengths.items() if n > LINES_MOST} == {}


def test_functions_stay_readable() -> None:
    paths = [path for path in python_files(*PACKAGES, *OUTSIDE) if path.parent.name != "versions"]
    lengths = {name: n for path in paths for name, n in functions(path)}
    print_long("functions", lengths, FUNCTION_USUAL)
    assert {name: n for name, n in lengths.items() if n > FUNCTION_MOST} == {}


def print_long(what: str, lengths: dict[str, int], usual: int) -> None:
    """``pytest -s tests/test_architecture.py`` shows what is on its way to being too long."""
    over = sorted(((n, name) for name, n in lengths.items() if n > usual), reverse=True)
    print(f"\n{what} longer than {usual} lines: {len(over)} of {len(lengths)}")  # noqa: T201 - shown with -s
    for n, name in over:
        print(f"  {n:4} {name}")  # noqa: T201


# -- what must not be in the files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.lock", "models.lock"])
def test_lock_files_name_no_host(name: str) -> None:
    """A lock made behind a mirror must work everywhere, and must not tell where it was made (stack.md 9)."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"(?m)^.*(?:://|--(?:extra-)?index-url|--find-links|--trusted-host|@ file:).*$", text) == []


def test_locked_packages_carry_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"(?m)^([A-Za-z0-9][\w.-]*(?:\[[\w,.-]+\])?)==\S+.*?(\\?)$", text)
    assert len(entries) > 50
    assert [name for name, continued in entries if not continued] == []
    assert "opencv-python-headless" not in {name.lower() for name, _ in entries}, "exactly one OpenCV (stack.md 6)"


def test_every_type_ignore_has_a_code_and_a_reason() -> None:
    mark = "type:" + " ignore"
    offenders = []
    for path in python_files(*PACKAGES, *OUTSIDE):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if f"# {mark}" not in line:
                continue
            reason_beside = re.search(rf"# {mark}\[[a-z, -]+\]\s+# \S+", line)
            reason_above = re.search(rf"# {mark}\[[a-z, -]+\]", line) and lines[number - 1].strip().startswith("#")
            if not (reason_beside or reason_above):
                offenders.append(f"{relative(path)}:{number + 1}")
    assert offenders == []


def test_no_test_waits_by_the_clock() -> None:
    calls = re.compile(r"\b(?:time\.sleep|sleep|qWait|QThread\.msleep)\(")
    offenders = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files("tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and calls.match(ast.unparse(node.func) + "(")
    ]
    assert offenders == []


def test_no_machine_path_and_no_unfinished_note() -> None:
    machine = [f"/{folder}/" for folder in ("work", "root")]
    unfinished = re.compile(r"#.*\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
    offenders = []
    for path in (*python_files(*PACKAGES, *OUTSIDE), ROOT / "dev", ROOT / "pyproject.toml", *documents()):
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if any(place in line for place in machine) or unfinished.search(line):
                offenders.append(f"{relative(path)}:{number}")
    assert offenders == []
