"""What is deployed runs on nothing but itself and what Lambda brings along."""

import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from ops.stack import build, tools
from tests.support.files import ROOT
from tests.support.template import functions, logical_id

IMPORT = """
import importlib, json, sys
sys.path[:0] = [{artifact!r}, {layer!r}]
module = importlib.import_module("functions.{stem}.app")
assert callable(module.handler)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


@pytest.fixture(scope="module")
def built() -> Path:
    with build.exclusive():
        build.build(build.host_architecture())
    return build.BUILT


@pytest.fixture(scope="module")
def runtime_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with boto3 and what comes with it, as the Lambda runtime has."""
    folder = tmp_path_factory.mktemp("runtime")
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    boto3 = next(package["version"] for package in locked if package["name"] == "boto3")
    python = folder / "bin" / "python"
    for command in (
        ["venv", "--quiet", "--python", "3.13", str(folder)],
        ["pip", "install", "--quiet", "--python", str(python), f"boto3=={boto3}"],
    ):
        subprocess.run([tools.uv(), *command], cwd=ROOT, check=True)
    return python


@pytest.mark.built
@pytest.mark.parametrize("stem", sorted(functions()))
def test_a_built_handler_imports_without_the_checkout(stem, built, runtime_python, tmp_path):
    """Also with no setting at all: nothing may be read or built at import."""
    artifact, layer = built / logical_id(stem), built / "CommonLayer" / "python"
    code = IMPORT.format(artifact=str(artifact), layer=str(layer), stem=stem)
    environment = {"PATH": os.environ["PATH"], "AWS_REGION": "us-east-1"}
    done = subprocess.run(
        [runtime_python, "-I", "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not set(json.loads(done.stdout)) & {"ops", "tests", "pytest", "moto"}


@pytest.mark.built
def test_the_layer_ships_bytecode_and_leaves_out_what_the_runtime_has(built):
    layer = built / "CommonLayer" / "python"
    assert (layer / "reprise" / "__pycache__" / "errors.cpython-313.pyc").exists()
    assert not any((layer / name).exists() for name in ("boto3", "botocore", "tests", "ops"))
    size_mb = sum(path.stat().st_size for path in layer.rglob("*") if path.is_file()) / 1e6
    assert size_mb < 100  # of the 250 that Lambda allows a function with its layers


def test_the_layers_requirements_are_those_of_the_lock():
    """`make requirements` writes them."""
    options = ["--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--no-annotate"]
    done = subprocess.run(
        [tools.uv(), "export", "--quiet", "--no-header", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    written = (ROOT / "layers" / "common" / "requirements.txt").read_text()
    assert written == done.stdout
    assert all("==" in line and "://" not in line for line in written.splitlines())
