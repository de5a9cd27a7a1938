"""From domain values to answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from reprise.api import answers, sold
from reprise.api.answers import ChargeState, LotState
from reprise.canonical import Json
from reprise.catalogue.model import Catalogue
from reprise.ledger.charges import Outcome, Task
from reprise.ledger.commands import CHARGE
from reprise.ledger.entries import Entry, Reason
from reprise.ledger.usage import claim_of
from reprise.policy.entitlements import Entitlements
from reprise.ports.directory import Profile
from reprise.ports.ledger import Page
from reprise.usecases.accounts import Holding, Holdings, OrderRecord
from reprise.usecases.charges import ChargeRecord


def account_answer(profile: Profile) -> answers.AccountAnswer:
    """Return who an account belongs to."""
    return answers.AccountAnswer(
        account_id=profile.account_id,
        email=profile.email,
        locale=profile.locale,
        country=profile.country,
        registered_at=profile.registered_at,
    )


def charge_answer(record: ChargeRecord) -> answers.ChargeAnswer:
    """Return a charge as the journal has it, so that a replay is told the same."""
    entry, outcome, task = record.entry, record.outcome, record.task
    ended: Mapping[str, Json] = {} if outcome is None else outcome.details
    taken = [posting for posting in entry.postings if posting.reason is Reason.TAKE]
    return answers.ChargeAnswer(
        generation_id=entry.key.removeprefix(CHARGE),
        operation=cast("str", entry.details["operation"]),
        credits=cast("int", entry.details["credits"]),
        taken=tuple(answers.Taken(posting.lot_id, -posting.credits) for posting in taken),
        charged_at=entry.at,
        balance_after=entry.balance,
        state=ChargeState.OPEN if outcome is None else ChargeState.SETTLED,
        outcome=Outcome(cast("str", ended["outcome"])) if ended else None,
        reason=str(ended["reason"]) if ended.get("reason") else None,
        refunded=cast("int", ended.get("refunded", 0)),
        settled_at=None if outcome is None else outcome.at,
        task=None if task is None else _runs(task),
    )


def balance_answer(held: Holdings) -> answers.BalanceAnswer:
    """Return what an account holds, each credit counted in exactly one state."""
    account = held.account
    lots = tuple(map(_lot, held.lots))
    sums = {state: sum(x.remaining for x in lots if x.state is state) for state in LotState}
    spendable = [lot for lot in lots if lot.state is LotState.AVAILABLE]
    next_at = min((lot.expires_at for lot in spendable if lot.expires_at), default=None)
    expiring = sum(lot.remaining for lot in spendable if lot.expires_at == next_at)
    return answers.BalanceAnswer(
        account_id=account.account_id,
        at=held.at,
        available=sums[LotState.AVAILABLE],
        balance=account.balance,
        frozen=sums[LotState.FROZEN],
        expired=sums[LotState.EXPIRED],
        owed=account.owed,
        in_open_charges=sum(charge.credits for charge in account.charges.values()),
        open_charges=len(account.charges),
        next_expiry=None if next_at is None else answers.NextExpiry(next_at, expiring),
        lots=lots,
    )


def history_answer(page: Page[Entry]) -> answers.HistoryAnswer:
    """Return a page of the journal."""
    return answers.HistoryAnswer(tuple(map(_entry, page.items)), page.cursor)


def entitlements_answer(benefits: Entitlements) -> sold.EntitlementsAnswer:
    """Return the benefits in force."""
    return sold.EntitlementsAnswer(
        plan=benefits.plan,
        commercial_rights=benefits.commercial_rights,
        wav_midi_export=benefits.wav_midi_export,
        priority_queue=benefits.priority_queue,
        until=benefits.until,
    )


def orders_answer(page: Page[OrderRecord], now: datetime) -> sold.OrdersAnswer:
    """Return a page of orders."""
    orders = tuple(order_answer(record, now) for record in page.items)
    return sold.OrdersAnswer(orders, page.cursor)


def order_answer(record: OrderRecord, now: datetime) -> sold.OrderAnswer:
    """Return where an order stands."""
    order, account, bought = record.order, record.account, record.order.purchase
    claim, freeze = claim_of(account, order), account.freezes.get(order.order_id)
    lots = [lot for lot in account.lots.values() if lot.order_id == order.order_id]
    return sold.OrderAnswer(
        order_id=order.order_id,
        kind=bought.kind,
        sku=bought.sku,
        status=order.status,
        credits=bought.credits,
        remaining=sum(lot.remaining for lot in lots),
        clawed=0 if claim is None else claim.taken,
        frozen=freeze is not None and freeze.holds(now),
        paid=bought.paid,
        refunded=order.refunded,
        disputed=order.disputed,
        currency=bought.currency,
        purchased_at=bought.purchased_at,
        subscription_id=bought.subscription_id,
        period_end=bought.period_end,
        policy_version=bought.policy_version,
    )


def catalogue_answer(catalogue: Catalogue) -> sold.CatalogueAnswer:
    """Return what is sold and charged; Stripe's price ids stay inside."""
    return sold.CatalogueAnswer(
        operations=tuple(sold.OperationAnswer(*cost) for cost in catalogue.operation_costs),
        plans=tuple(
            sold.PlanAnswer(
                plan=plan.id,
                name=plan.name,
                credits_per_period=plan.credits_per_period,
                commercial_rights=plan.rights.commercial_rights,
                wav_midi_export=plan.rights.wav_midi_export,
                priority_queue=plan.rights.priority_queue,
            )
            for plan in catalogue.plans
        ),
        packs=tuple(
            sold.PackAnswer(pack.sku, pack.credits, dict(pack.amounts)) for pack in catalogue.packs
        ),
    )


def _runs(task: Task) -> answers.Runs | None:
    """Return where a task runs, if that is known: a callback may say first that it waits."""
    return answers.Runs(task.provider, task.task_id, task.submitted_at) if task.task_id else None


def _lot(held: Holding) -> answers.LotAnswer:
    lot = held.lot
    unspendable = LotState.FROZEN if held.is_frozen else LotState.EXPIRED
    return answers.LotAnswer(
        lot_id=lot.lot_id,
        kind=lot.kind,
        order_id=lot.order_id,
        granted=lot.granted,
        remaining=lot.remaining,
        expires_at=held.expires_at,
        state=LotState.AVAILABLE if held.is_spendable else unspendable,
    )


def _entry(entry: Entry) -> answers.EntryAnswer:
    kind, _, subject = entry.key.partition("#")
    return answers.EntryAnswer(
        seq=entry.seq,
        at=entry.at,
        kind=kind,
        subject=subject,
        credits=entry.credits,
        balance=entry.balance,
        cause=entry.cause.kind,
        policy_version=entry.policy_version,
        postings=tuple(answers.Moved(p.lot_id, p.credits, p.reason.value) for p in entry.postings),
        facts=entry.details,
    )
