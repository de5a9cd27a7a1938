"""The credits API's function on a ledger in memory with a little of everything in it."""

from contextlib import contextmanager

import pytest
from reprise.catalogue.reading import example_catalogue
from reprise.clock import event_clock
from reprise.ledger.commands import GrantOrder
from reprise.policy.book import packaged_book
from reprise.policy.calendar import BusinessCalendar
from reprise.ports.cases_memory import MemoryCaseStore
from reprise.ports.directory import MemoryDirectory
from reprise.ports.ledger import Alias
from reprise.ports.ledger_memory import MemoryLedgerStore
from reprise.ports.stripe_memory import MemoryStripe
from reprise.usecases.accounts import Accounts
from reprise.usecases.charges import Charges
from reprise.usecases.ledger import Ledger
from reprise.usecases.pages import Pages
from reprise.usecases.withdrawing import Withdrawals

from functions.credits_api import app
from tests.support.cases import full_case
from tests.support.ledger import CAUSE, RULES, T0, pack, renewal

KNOWN = {
    "account_id": "usr_1",
    "generation_id": "gen_1",
    "order_id": "in_1/il_1",
    "case_id": "CFULL",
}
"""What the path's parameters may say and be found by."""


@contextmanager
def in_memory(clock=event_clock):
    """Let the handler work with these instead of the tables that its environment names."""
    ledger = Ledger(MemoryLedgerStore(), lambda _: RULES, pause=lambda _: None)
    paid_by = {"customer": "cus_1", "country": "DE"}
    ledger.run("usr_1", GrantOrder(pack(credits=500, facts=paid_by), CAUSE), T0, may_open=True)
    ledger.store.put_alias("cus_1", Alias("usr_1"))
    ledger.run("usr_1", GrantOrder(renewal(), CAUSE), T0)
    parts = (ledger, MemoryDirectory(), example_catalogue())
    cases = MemoryCaseStore()
    cases.cases["CFULL"] = full_case()
    accounts = Accounts(*parts)
    withdrawals = Withdrawals(accounts, cases, packaged_book(), BusinessCalendar("Europe/Berlin"))
    pages = Pages(accounts, cases, MemoryStripe(customers={"cus_1"}), withdrawals)
    root = app.Root(accounts, Charges(*parts), parts[2], clock, lambda: pages)
    root.charges.charge("usr_1", "gen_1", "lyrics", CAUSE, T0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "root", lambda: root)
        yield
