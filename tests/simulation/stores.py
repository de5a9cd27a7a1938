"""The stores of the world: the in-memory ones, fast for many accounts, watched at every write."""

from collections import Counter, defaultdict
from functools import cache

from reprise.ledger.account import check
from reprise.ledger.instants import to_ms
from reprise.ports import ledger as ports
from reprise.ports.cases_memory import MemoryCaseStore
from reprise.ports.ledger import Due, Page
from reprise.ports.ledger_memory import MemoryLedgerStore

shard_of = cache(ports.shard_of)


class WatchedLedger(MemoryLedgerStore):
    """A ledger store that checks the laws of the ledger after every write.

    Args:
        violate: called with the account and the law that was broken.
    """

    def __init__(self, violate):
        super().__init__()
        self._violate = violate
        self._journals = defaultdict(list)
        self._orders = defaultdict(dict)
        self._balances = Counter()
        self._shards = defaultdict(dict)

    def commit(self, decision):
        before = self.heads.get(decision.account.account_id)
        super().commit(decision)
        account, entry = decision.account, decision.entry
        self._note(account)
        self._journals[account.account_id].append(entry)
        for order in decision.orders:
            self._orders[account.account_id][order.order_id] = order
        self._balances[account.account_id] += entry.credits
        for law in _broken(before, account, entry, self._balances[account.account_id]):
            self._violate(account.account_id, f"{entry.key}: {law}")

    def orders_of(self, account_id, prefix=""):
        orders = self._orders[account_id].values()
        return [order for order in orders if order.order_id.startswith(prefix)]

    def save_tasks(self, before, after):
        super().save_tasks(before, after)
        self._note(after)

    def _note(self, account):
        """Keep the indexes, as the table keeps its own."""
        of_shard = self._shards[shard_of(account.account_id)]
        of_shard[account.account_id] = (account.next_due, account.oldest_charge)

    def due(self, what, shard, before, limit, cursor=None):
        which = 0 if what is Due.EXPIRY else 1
        found = [
            (f"{to_ms(times[which]):015}", account_id)
            for account_id, times in self._shards[shard].items()
            if times[which] and times[which] <= before
        ]
        rest = sorted(key for key in found if cursor is None or " ".join(key) > cursor)
        page = rest[:limit]
        more = len(rest) > limit
        return Page(tuple(who for _, who in page), " ".join(page[-1]) if more else None)

    def next_due(self, after):
        """When the next expiry after an instant is due; None if there is none."""
        ends = (end for shard in self._shards.values() for end, _ in shard.values())
        return min((end for end in ends if end and end > after), default=None)

    def _entries(self, account_id):
        return list(self._journals[account_id])


def _broken(before, account, entry, balance):
    """The laws that one write broke."""
    check(account)
    if entry.seq != (before.seq if before else 0) + 1 or entry.seq != account.seq:
        yield f"entry {entry.seq} follows {before.seq if before else 0}"
    if account.balance != balance:
        yield f"the balance is {account.balance}, the postings sum up to {balance}"
    if before and entry.at < before.last_at:
        yield f"it is of {entry.at}, before {before.last_at}"
    if not entry.policy_version or not entry.cause.ref:
        yield "it names no policy version or no cause"


class WatchedCases(MemoryCaseStore):
    """A case store that shows each decision to the oracle as it is made.

    Args:
        decided: called with the case.
    """

    def __init__(self, decided):
        super().__init__()
        self._decided = decided

    def save(self, change):
        super().save(change)
        if change.line.action == "decided":
            self._decided(change.case)
