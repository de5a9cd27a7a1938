"""HTTP API replies: JSON, CSV and problem details."""

import csv
import io
from typing import Any, Final

from reprise.api.answers import HistoryAnswer
from reprise.api.problem import MEDIA_TYPE, RETRY_AFTER_S, Kind, Problem
from reprise.api.shape import stamp, write
from reprise.canonical import canonical_json

type Reply = dict[str, Any]

CSV_COLUMNS: Final = ("seq", "at", "kind", "subject", "credits", "balance", "cause", "facts")
# What a spreadsheet would run as a formula.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def json_reply(status: int, answer: object) -> Reply:
    """Return an answer as JSON; equal answers are equal bytes."""
    return _reply(status, "application/json", canonical_json(write(answer)))


def csv_reply(page: HistoryAnswer) -> Reply:
    """Return a page of the journal as CSV; a `link` header leads to the next page."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(CSV_COLUMNS)
    for entry in page.entries:
        facts = "; ".join(f"{name}={fact}" for name, fact in sorted(entry.facts.items()))
        subject, facts = _cell(entry.subject), _cell(facts)
        moved = [entry.credits, entry.balance]
        table.writerow(
            [entry.seq, stamp(entry.at), entry.kind, subject, *moved, entry.cause, facts]
        )
    reply = _reply(200, "text/csv; charset=utf-8", text.getvalue())
    if page.cursor is not None:
        limit = f"limit={len(page.entries)}"
        reply["headers"]["link"] = f'<?format=csv&{limit}&cursor={page.cursor}>; rel="next"'
    return reply


def problem_reply(problem: Problem) -> Reply:
    """Return a problem as RFC 9457 has it."""
    reply = _reply(problem.kind.status, MEDIA_TYPE, canonical_json(problem.document()))
    if problem.kind is Kind.BUSY:
        reply["headers"]["retry-after"] = str(RETRY_AFTER_S)
    return reply


def _reply(status: int, media_type: str, body: str) -> Reply:
    headers = {"content-type": media_type, "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": body}


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
