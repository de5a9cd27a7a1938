"""The API keeps to its OpenAPI document, as a property-based tester sees it; a bounded run."""

from tests.apitest.tester import check


def test_every_answer_is_one_that_the_document_names():
    assert check(examples=10, seed=1) == 0
