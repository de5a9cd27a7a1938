"""One stem names a function everywhere."""

from tests.support.files import ROOT
from tests.support.template import functions


def test_function_folder_logical_id_and_sample_events_share_one_stem():
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    samples = {path.parent.name for path in (ROOT / "events").glob("*/*.json")}
    assert folders == set(functions())
    assert folders <= samples
    assert not (ROOT / "functions" / "__init__.py").exists()  # SAM makes the parent packages
