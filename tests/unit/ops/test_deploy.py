"""What is built is what the environment deploys onto."""

import pytest

from ops.stack.deploy import architecture


@pytest.mark.parametrize(
    ("overrides", "built"),
    [
        ("Stage=prod", "arm64"),
        ("Stage=prod Architecture=x86_64", "x86_64"),
        (["Stage=prod", "Architecture=x86_64", "AlarmTopicArn=arn:aws:sns:x:1:y"], "x86_64"),
    ],
)
def test_parameters_are_read_in_either_form_that_sam_knows(overrides, built):
    assert architecture({"deploy": {"parameters": {"parameter_overrides": overrides}}}) == built
