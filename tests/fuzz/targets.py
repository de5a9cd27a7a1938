"""What is fuzzed: each target takes bytes as somebody might send them, over fresh stores in memory.

A target raises what its function did not expect: that is a crash. What the function answers, parks,
refuses or hands to a person is well.
"""

import json
import re
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from reprise.clock import event_clock
from reprise.policy.book import packaged_book
from reprise.policy.calendar import BusinessCalendar
from reprise.ports.cases_memory import MemoryCaseStore
from reprise.ports.directory import MemoryDirectory, Profile
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.mails import MemoryMailStore
from reprise.providers.classify import classify
from reprise.providers.operation import Operation
from reprise.providers.verdict import Channel
from reprise.usecases.mailbox import Mailbox

from functions.credits_api import app as credits_api
from functions.provider_events import app as provider_events
from functions.refund_email import app as refund_email
from functions.stripe_webhook import app as stripe_webhook
from ops.memory import memory_books
from ops.stripe_standin.signing import http_event
from tests.support.api_in_memory import in_memory as api_in_memory
from tests.support.aws import Context
from tests.support.files import EVENTS, sample
from tests.support.generations import charge, in_memory
from tests.support.ledger import T0
from tests.support.stripe import deliver

SECRET = "whsec_fuzz"
JO = "jo.customer@shop.example"


class Secret:
    """The webhook's signing secret, that of the fuzzer."""

    def words(self, _now):
        return (SECRET,)

    refreshed = words


def webhook(raw):
    """A body that Stripe signed, whatever it is, to an account that bought a pack."""
    books = memory_books(livemode=True)
    deliver(books, "checkout_pack_paid")
    request = http_event(raw, (SECRET,), datetime.now(UTC), encoded=True)
    answer = stripe_webhook.respond(stripe_webhook.Root(event_clock, Secret(), books), request)
    assert answer["statusCode"] in {200, 400}, answer


def callback(raw):
    """What a provider answers, in every place where it is read."""
    asked = _object(raw)
    provider = str(asked.get("provider"))
    for channel in Channel:
        for operation in (Operation.MUSIC_SIMPLE, Operation.STEMS_12, Operation.VOICE_CLONE):
            classify(provider, operation, channel, asked.get("payload"))


def bus(raw):
    """A message of the queue that the bus fills, about a charge that is open."""
    generations = in_memory()
    about = _object(_object(raw).get("detail"))
    generation, account = about.get("generation_id"), about.get("account_id")
    if _is_id(generation) and _is_id(account):
        operation = about["operation"] if about.get("operation") in list(Operation) else "lyrics"
        charge(generations, generation, operation, account=account)
    record = {"messageId": "m1", "body": raw.decode("utf-8", "replace")}
    with _bound(provider_events, provider_events.Root(event_clock, generations)):
        provider_events.handler({"Records": [record]}, Context())


def mail(raw):
    """A mail in the bucket, as its sender wrote it, proven and not."""
    for verdict in ("PASS", "FAIL"):
        event = sample("refund_email/withdrawal-unused-pack")
        receipt = event["Records"][0]["ses"]["receipt"]
        receipt["dmarcVerdict"] = {"status": verdict}
        _receive(event, raw)


def ses(raw):
    """What SES tells of a mail, whatever it is."""
    _receive(_object(raw), (EVENTS / "refund_email/withdrawal-unused-pack.eml").read_bytes())


def api(raw):
    """What a caller says to the API; the gateway's own part is as the gateway makes it."""
    said = _object(raw)
    event = {
        "routeKey": str(said.get("routeKey")),
        **{name: _texts(said.get(name)) for name in ("headers", "pathParameters")},
        "queryStringParameters": _texts(said.get("queryStringParameters")) or None,
        "requestContext": {"requestId": "r1"},
        "body": said.get("body") if isinstance(said.get("body"), str) else None,
        "isBase64Encoded": said.get("isBase64Encoded") is True,
    }
    with api_in_memory():
        answer = credits_api.handler(event, None)
    assert answer["statusCode"] < 500, answer


def _receive(event, raw):
    mails = MemoryMailStore()
    mails.raw = lambda _ses_id, bytes_max: raw[:bytes_max]
    box = Mailbox(
        mails=mails,
        cases=MemoryCaseStore(),
        directory=MemoryDirectory(),
        orders=MemoryLedgerStore(),
        policy=packaged_book(),
        calendar=BusinessCalendar("Europe/Berlin", "DE"),
        addresses=("refunds@music.example",),
        wake=lambda *_: None,
    )
    box.directory.put_profile(Profile("usr_jo", JO, "en-GB", "DE", T0))
    with _bound(refund_email, refund_email.Root(event_clock, box)):
        refund_email.handler(event, None)
    for case in box.cases.cases.values():
        assert case.wish.reading != "unreadable", case.letter.unreadable_because


@contextmanager
def _bound(app, root):
    """Let a handler work with these; what it catches only to go on is a crash here."""

    def crash(*_args, **_kwargs):
        raise  # noqa: PLE0704 - called where the handler has caught it

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "root", lambda: root)
        patch.setattr(app.logger, "exception", crash)
        yield


def _object(raw):
    """The object that this is, as JSON or already read; an empty one if it is none."""
    try:
        found = json.loads(raw) if isinstance(raw, bytes) else raw
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _texts(value):
    return {key: str(inner) for key, inner in _object(value).items()}


def _is_id(value):
    return isinstance(value, str) and re.fullmatch(r"\w{1,39}", value, re.ASCII) is not None


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (webhook, callback, bus, mail, ses, api)
}


def seeds(name):
    """The samples that a target starts from."""
    folder, pattern = {
        "webhook": ("stripe_webhook", "*.json"),
        "callback": ("provider_events", "[!b]*-*.json"),
        "bus": ("provider_events", "[!b]*-*.json"),
        "mail": ("refund_email", "*.eml"),
        "ses": ("refund_email", "*.json"),
        "api": ("credits_api", "*.json"),
    }[name]
    for path in sorted((EVENTS / folder).glob(pattern)):
        raw = path.read_bytes()
        yield path.stem, json.dumps(_object(raw)["detail"]).encode() if name == "callback" else raw
