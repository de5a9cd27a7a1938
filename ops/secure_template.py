"""The security linter on `template.yaml`: `python -m ops.secure_template`.

Checkov does not know CloudFormation's loops, so it reads the template as cfn-lint writes them out.
What it may overlook, and why, is said in `.checkov.yaml` and beside the resources.
"""

import json
import subprocess
import sys
from typing import Final

from cfnlint.decode import decode
from cfnlint.template import Template

from ops.stack import tools

CHECKOV: Final = tools.Tool("checkov", "3.3.30", "checkov")
_TEMPLATE: Final = tools.ROOT / "template.yaml"
_WRITTEN_OUT: Final = tools.LOCAL / "checkov" / "template.json"
_REGION: Final = "eu-central-1"  # any; what is written out does not differ


def main() -> None:
    """Write the loops out, and end as the linter ends."""
    document, faults = decode(str(_TEMPLATE))
    written = Template(str(_TEMPLATE), document, [_REGION])
    faults = faults or written.transform()
    if faults:
        sys.exit(f"{_TEMPLATE.name}: {faults[0]}")
    _WRITTEN_OUT.parent.mkdir(parents=True, exist_ok=True)
    _WRITTEN_OUT.write_text(json.dumps(written.template, indent=2, default=str))
    settings = ("--config-file", str(tools.ROOT / ".checkov.yaml"))
    command = (str(tools.executable(CHECKOV)), "--file", str(_WRITTEN_OUT), *settings)
    sys.exit(subprocess.run(command, cwd=tools.ROOT, check=False).returncode)


if __name__ == "__main__":
    main()
