"""Who may import what; `lint-imports` holds the directions inside the package."""

import ast
import importlib
import pkgutil
import sys
from pathlib import Path

import pytest

from tests.bench import measures
from tests.support.files import ROOT

PACKAGE = ROOT / "layers" / "common" / "reprise"
# What each pure folder may import beside the standard library and the package.
PURE = {
    "billing": set(),
    "cases": set(),
    "catalogue": set(),
    "ledger": set(),
    "mail": {"charset_normalizer", "email_validator", "inscriptis", "lxml"},
    "policy": set(),
    "providers": set(),
}
UNTOUCHABLE = {
    ("reprise", part)
    for part in ("adapters", "ports", "usecases", "settings", "clock", "composition")
}


def imports(path: Path) -> set[str]:
    """The modules that a file names, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


@pytest.mark.parametrize("folder", sorted(PURE))
def test_the_pure_parts_import_the_standard_library_only(folder):
    for path in (PACKAGE / folder).rglob("*.py"):
        for name in imports(path):
            root = name.partition(".")[0]
            if root == "reprise":
                assert name.split(".")[1:2] not in [[each] for each in UNTOUCHABLE], (
                    f"{path}: {name}"
                )
            else:
                assert root in sys.stdlib_module_names | PURE[folder], f"{path}: {name}"


def test_only_adapters_and_the_composition_root_know_aws_and_stripe():
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] not in {"adapters", "composition"}:
            assert not roots(path) & {"boto3", "botocore", "stripe"}, path


def test_functions_are_independent():
    for path in (ROOT / "functions").rglob("*.py"):
        own = f"functions.{path.relative_to(ROOT / 'functions').parts[0]}"
        for name in imports(path):
            assert name.partition(".")[0] != "functions" or name.startswith(own), f"{path}: {name}"


def test_the_layer_knows_no_function_and_no_operator():
    for path in PACKAGE.rglob("*.py"):
        assert not {name.partition(".")[0] for name in imports(path)} & {
            "functions",
            "ops",
            "tests",
        }


def test_functions_and_files_stay_short():
    """Sixty lines a function, three hundred a file."""
    for folder in ("layers/common/reprise", "functions", "ops", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            assert text.count("\n") <= 300, path
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    assert (node.end_lineno or 0) - node.lineno < 60, f"{path}: {node.name}"


MEASURES = [module.name for module in pkgutil.iter_modules(measures.__path__)]


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_of_the_bench_can_be_run(name):
    """No other test imports them, and nothing is measured where this fails."""
    module = importlib.import_module(f"tests.bench.measures.{name}")
    assert callable(module.measure)
    assert callable(module.tables)
