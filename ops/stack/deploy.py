"""`python -m ops.stack.deploy ENV`: build and deploy to AWS as an environment says."""

import argparse
import subprocess
import tomllib
from typing import Any

from ops.stack import build, tools


def environments() -> dict[str, Any]:
    """Return the environments of samconfig.toml by name."""
    config = tomllib.loads((tools.ROOT / "samconfig.toml").read_text())
    return {name: body for name, body in config.items() if isinstance(body, dict)}


def architecture(environment: dict[str, Any]) -> str:
    """Return what an environment deploys onto, so that nothing else is built for it."""
    told: str | list[str] = environment["deploy"]["parameters"]["parameter_overrides"]
    overrides = told.split() if isinstance(told, str) else told
    return dict(pair.split("=", 1) for pair in overrides).get("Architecture", "arm64")


def main() -> None:
    """Build and deploy, with the caller's own AWS settings; SAM asks before it changes anything."""
    known = environments()
    parser = argparse.ArgumentParser(prog="python -m ops.stack.deploy", description=__doc__)
    parser.add_argument("environment", choices=sorted(known))
    name = parser.parse_args().environment
    with build.exclusive():
        build.build(architecture(known[name]))
        command = [tools.executable(tools.SAM), "deploy", "--config-env", name]
        done = subprocess.run(command, cwd=tools.ROOT, env=tools.sam_environment(), check=False)
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
