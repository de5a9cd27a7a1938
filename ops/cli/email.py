"""`reprise email`: see how a mail is read and what would be decided; nothing is changed."""

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from reprise.clock import wall_clock
from reprise.errors import BadInputError
from reprise.mail.auto import detect_auto
from reprise.mail.headers import message_date
from reprise.mail.ids import IdMatch, MailIds, extract_ids, match_ids
from reprise.mail.intent import Intent, Request, read_intent
from reprise.mail.model import ReadMail
from reprise.mail.read import read_message
from reprise.mail.redact import redact
from reprise.mail.sender import misdirected, prove_sender
from reprise.mail.ses import FAIL, PASS, SesReceipt
from reprise.mail.songs import song_hints
from reprise.policy.book import packaged_book
from reprise.policy.deciding import decide_case, governing_version
from reprise.policy.facts import CaseFacts, Category, OrderMatch

from ops.cli.email_facts import AccountData, read_account_data
from ops.cli.inputs import utc_instant
from ops.cli.output import AsJson, json_text

app = typer.Typer(name="email", help="How a refund mail is read.", no_args_is_help=True)

Verdict = Annotated[str, typer.Option(help="SES's verdict: PASS, FAIL, GRAY, PROCESSING_FAILED.")]


@app.callback()
def group() -> None:
    """Keep `explain` a command of its own, as a group of one command would not."""


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A raw message (.eml).")],
    *,
    dmarc: Verdict = FAIL,
    spf: Verdict = FAIL,
    dkim: Verdict = FAIL,
    spam: Verdict = PASS,
    virus: Verdict = PASS,
    account_data: Annotated[
        Path | None, typer.Option(help="JSON file with the sender's account and orders.")
    ] = None,
    own_address: Annotated[
        list[str] | None, typer.Option(help="Of ours; never gets a case.")
    ] = None,
    now: Annotated[str | None, typer.Option(help="Instant to decide at (ISO 8601).")] = None,
    as_json: AsJson = False,
) -> None:
    """Print how a mail is read: who wrote it, what it asks for, and what would be decided."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadInputError(str(file), f"must be a readable file ({error})") from error
    verdicts = {"dmarc": dmarc, "spf": spf, "dkim": dkim, "spam": spam, "virus": virus}
    account = read_account_data(account_data)
    at = wall_clock() if now is None else utc_instant("--now", now)
    try:
        explained = explanation(raw, verdicts, account, at, tuple(own_address or ()))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInputError("--account-data", f"cannot be used ({error!r})") from error
    indent = None if as_json else 2
    sys.stdout.write(json_text(explained, indent) + "\n")


def explanation(
    raw: bytes,
    verdicts: dict[str, str],
    account: AccountData | None,
    now: datetime,
    own_addresses: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return what `explain` prints.

    Args:
        raw: the message.
        verdicts: SES's verdicts by name: dmarc, spf, dkim, spam, virus.
        account: the account that would be found for the sender; None where none is given.
        now: the instant of the decision.
        own_addresses: addresses we send from.
    """
    mail = read_message(raw)
    receipt = _receipt(mail, verdicts)
    auto = detect_auto(mail, receipt, own_addresses)
    proof = prove_sender(mail, receipt)
    known = account if account and proof.address == account.email else None
    ids = extract_ids(mail)
    reading = _Reading(
        mail,
        read_intent(mail.subject, mail.text, mail.below_signature),
        ids,
        match_ids(ids, _own_ids(known)),
        known,
    )
    if auto.generated:
        decision, reason = "none", auto.reason
    elif not proof.proven:
        decision, reason = "person", f"sender not proven: {proof.reason}"
    elif receipt.suspicion:
        decision, reason = "person", receipt.suspicion
    elif sent_on := misdirected(mail, own_addresses):
        decision, reason = "person", sent_on
    elif account and known is None:
        decision, reason = "person", "the account has another address"
    else:
        doubt = _doubt(reading)
        decision, reason = ("person", doubt) if doubt else _decided(reading, now)
    wanted = ", ".join(request.category for request in reading.intent.requests)
    return {
        "sender": proof.claimed,
        "proven": proof.proven,
        "auto_generated": auto.generated,
        "orders": list(reading.match.orders) if known else _as_written(ids),
        "category": wanted or Category.OTHER.value,
        "language": reading.intent.language,
        "decision": decision,
        "reason": reason,
        "text": redact(mail.text),
    }


@dataclass(frozen=True, slots=True)
class _Reading:
    """A mail, what was found in it, and the account it is about."""

    mail: ReadMail
    intent: Intent
    ids: MailIds
    match: IdMatch
    account: AccountData | None


def _own_ids(account: AccountData | None) -> dict[str, str]:
    return account.own_ids() if account else {}


def _receipt(mail: ReadMail, verdicts: dict[str, str]) -> SesReceipt:
    """Stand in for SES: it read the From that the file shows, and said what the options say."""
    said = {name: verdict.strip().upper() for name, verdict in verdicts.items()}
    return SesReceipt(
        source=(mail.first("return-path") or "<unknown>").strip(" <>"),
        header_from=mail.from_values,
        spf=said["spf"],
        dkim=said["dkim"],
        dmarc=said["dmarc"],
        spam=said["spam"],
        virus=said["virus"],
    )


def _doubt(reading: _Reading) -> str:
    """Return why a person must read it before any rule does; empty where none need."""
    if reading.mail.unreadable_because:
        return reading.mail.unreadable_because
    if not reading.intent.confident:
        return reading.intent.reason
    if reading.mail.text_is_quoted:
        return "it holds forwarded or quoted words only"
    if reading.match.orders:
        return ""
    if reading.match.hints:
        return "the order is named in quoted text only"
    return "no account data given" if reading.account is None and reading.ids.candidates else ""


def _decided(reading: _Reading, now: datetime) -> tuple[str, str]:
    """Decide every request; where they end differently, a person sorts them."""
    decisions = []
    for request in reading.intent.requests:
        facts = _facts(reading, request, now)
        made = decide_case(facts, governing_version(facts, packaged_book()), now)
        decisions.append((made.verdict.value, made.sentence or made.rule))
    if len({verdict for verdict, _ in decisions}) > 1:
        return "person", "; ".join(f"{verdict}: {why}" for verdict, why in decisions)
    return decisions[0][0], "; ".join(dict.fromkeys(why for _, why in decisions))


def _facts(reading: _Reading, request: Request, now: datetime) -> CaseFacts:
    mail, match, account = reading.mail, reading.match, reading.account
    kind = OrderMatch.NOT_FOUND if match.foreign else OrderMatch.NOT_GIVEN
    if match.orders:
        kind = OrderMatch.ONE if match.kind == "matched" else OrderMatch.SEVERAL
    one = match.orders[0] if kind is OrderMatch.ONE else None
    received = message_date((mail.first("received") or "").rpartition(";")[2].strip())
    return CaseFacts(
        category=request.category,
        confidence_percent=reading.intent.confidence_percent,
        preference=request.preference,
        sender_proven=True,
        date_header=mail.date,
        received_at=received or now,
        order_match=kind,
        order=account.order(one) if account and one else None,
        subscription=account.subscription() if account else None,
        duplicate=account.duplicate(one) if account and one else None,
        generation=account.generation(song_hints(mail)) if account else None,
        account_refunds=int(account.content.get("account_refunds", 0)) if account else 0,
        card_refunds=int(account.content.get("card_refunds", 0)) if account else 0,
    )


def _as_written(ids: MailIds) -> list[str]:
    return list(dict.fromkeys(found.text for found in ids.candidates))
