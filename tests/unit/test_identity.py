"""Two people are told apart by what they cannot choose."""

import pytest
from reprise.identity import person_of

ROLE = "arn:aws:sts::123456789012:assumed-role"
CENTER = f"{ROLE}/AWSReservedSSO_Support_0123456789abcdef"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("arn:aws:iam::1:user/ada", "arn:aws:iam::1:user/Ada"),
        (f"{ROLE}/support/ada", f"{ROLE}/support/bob"),
        (f"{ROLE}/support/ada", f"{ROLE}/Support/botocore-session-1"),
        (f"{CENTER}/ada@example.com", f"{CENTER}/Ada@Example.com"),
        (f"{CENTER}/ada@example.com", f"{CENTER.replace('Support', 'Admin')}/ada@example.com"),
    ],
)
def test_one_person_stays_one(one, other):
    assert person_of(one) == person_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("arn:aws:iam::1:user/ada", "arn:aws:iam::1:user/bob"),
        ("arn:aws:iam::1:user/ada", "arn:aws:iam::2:user/ada"),
        (f"{ROLE}/ada/x", f"{ROLE}/bob/x"),
        (f"{CENTER}/ada@example.com", f"{CENTER}/bob@example.com"),
        ("arn:aws:iam::1:user/ada", f"{ROLE}/ada/ada"),
    ],
)
def test_two_people_stay_two(one, other):
    assert person_of(one) != person_of(other)
