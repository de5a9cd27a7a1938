"""How many refund mails are read without a person, and how many of those rightly.

The mails are ours, labelled by hand; a third of them was kept apart while the rules were tuned. Of
the first sets the same hand wrote rules and mails, so their figures are an upper bound; the
independent ones are by a hand that had not seen the rules.
"""

import time

from reprise.mail.intent import read_intent
from reprise.mail.read import read_message
from rich.table import Table

from tests.support.mails import labelled

SETS = {
    "tune": "tuned on",
    "probes": "single claims",
    "holdout": "kept apart",
    "independent_tune": "independent",
    "independent_holdout": "independent, kept apart",
    "second_tune": "second independent",
    "second_holdout": "second independent, kept apart",
    "third": "third independent, near misses",
}


def measure(_bench):
    """Return precision and share read automatically, per set."""
    return {"mail": [_measured(name) for name in SETS]}


def _measured(name):
    mails = list(labelled(name))
    clear = [mail for mail in mails if mail.clear]
    began = time.process_time()
    read = [_categories(mail) for mail in mails]
    seconds = time.process_time() - began
    automatic = [(mail, found) for mail, found in zip(mails, read, strict=True) if found]
    right = [mail for mail, found in automatic if mail.allows(found)]
    return {
        "set": SETS[name],
        "mails": len(mails),
        "clear": len(clear),
        "automatic": len(automatic),
        "right": len(right),
        "precision": round(len(right) / len(automatic), 3),
        "share_of_clear": round(sum(mail.clear for mail in right) / len(clear), 3),
        "ms_each": round(1000 * seconds / len(mails), 1),
    }


def _categories(mail):
    """Return the categories that would be acted upon without a person; none where it is unsure."""
    found = read_message(mail.raw)
    intent = read_intent(found.subject, found.text, found.below_signature)
    return {request.category.value for request in intent.requests} if intent.confident else set()


def tables(figures):
    """Show the sets side by side."""
    rows = figures["mail"]
    shown = Table(*rows[0], title="Refund mails read without a person", title_justify="left")
    for row in rows:
        shown.add_row(*map(str, row.values()))
    return [shown]
