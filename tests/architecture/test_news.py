"""The pipe from the ledger to the bus, on records as the table's stream carries them."""

import json
import re
from collections.abc import Mapping

from reprise.adapters.dynamodb.items import entry_item
from reprise.ledger.notices import News

from tests.support.ledger import Book, pack
from tests.support.template import resources

PIPE = resources("AWS::Pipes::Pipe")["CreditNewsPipe"]


def records(book):
    return [{"eventName": "INSERT", "dynamodb": {"NewImage": entry_item(e)}} for e in book.entries]


def matches(pattern, value):
    """An event pattern of exact values."""
    if isinstance(pattern, Mapping):
        return isinstance(value, Mapping) and all(
            matches(want, value.get(name)) for name, want in pattern.items()
        )
    return value in pattern


def at(record, path):
    for name in path.removeprefix("$.").split("."):
        record = record[name]
    return record


def told(record):
    """What the pipe makes of a record: the event's detail-type and detail."""
    target = PIPE["TargetParameters"]
    detail = re.sub(
        r"<(\$[^>]+)>", lambda path: json.dumps(at(record, path[1])), target["InputTemplate"]
    )
    return at(record, target["EventBridgeEventBusParameters"]["DetailType"]), json.loads(detail)


def test_refunds_and_grants_reach_the_bus_and_nothing_else_does():
    book = Book()
    book.grant(pack())
    book.charge("gen_1")
    book.settle("gen_1")
    (pattern,) = PIPE["SourceParameters"]["FilterCriteria"]["Filters"]
    passed = [one for one in records(book) if matches(json.loads(pattern["Pattern"]), one)]
    granted = {"account_id": "usr_1", "subject": "cs_1", "credits": "100", "reason": "order"}
    refunded = {"account_id": "usr_1", "subject": "gen_1", "credits": "10", "reason": ""}
    assert [told(record) for record in passed] == [
        (News.GRANTED, granted),
        (News.REFUNDED, refunded),
    ]


def test_all_news_pass():
    (pattern,) = PIPE["SourceParameters"]["FilterCriteria"]["Filters"]
    passing = json.loads(pattern["Pattern"])["dynamodb"]["NewImage"]["news"]["S"]
    assert sorted(passing) == sorted(News)
