"""The oracle: a small model of what really happened, kept apart from the product.

It knows nothing of lots, entries or claims. It counts money and outcomes, and says what the policy
promises every customer.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

PACKS = {"pack_250": (250, 500), "pack_1000": (1000, 1500), "pack_5000": (5000, 6000)}
PLANS = {"pro": (500, 1000), "premier": (2000, 3000)}
"""Credits and price, in cents of a euro."""
COSTS = {
    "music_simple": 10,
    "music_custom": 10,
    "lyrics": 2,
    "stems_2": 10,
    "stems_12": 50,
    "replace_section": 5,
    "extend": 10,
    "add_vocals": 10,
    "add_instrumental": 10,
    "voice_clone": 20,
    "wav": 2,
    "midi": 4,
}
PARTLY = dict.fromkeys(
    (
        "music_simple",
        "music_custom",
        "lyrics",
        "stems_2",
        "extend",
        "add_vocals",
        "add_instrumental",
    ),
    Fraction(1, 2),
) | {"stems_12": Fraction(10, 12)}
"""What of a partial delivery is missing, where there can be one."""
EEA = {"DE": True, "FR": True, "US": False}

SECOND_POLICY = START + 20 * DAY
"""When the second policy version takes effect: leftovers bought from then on live shorter."""
LEFTOVER, LEFTOVER_SECOND = timedelta(days=60), timedelta(days=45)
PROMISE, WAITING_MAX, PACK_PROMISE = HOUR, 24 * HOUR, HOUR
WITHDRAWAL_SURE, WITHDRAWAL_OVER = 13 * DAY, 21 * DAY
"""Within the one the right of 14 days certainly stands; after the other it is certainly over."""
VELOCITY_MAX = 2
OFF = timedelta(minutes=15)
"""How far a clock of this world may be ahead, and then some."""


@dataclass
class Bought:
    """A purchase as the world made it.

    Args:
        credits: what it grants; price: cents.
        payment: whose money it is, as Stripe holds it.
        period: start and end of what a subscription's invoice pays for.
        quarrelled: refunds or disputes beside ours, so that its cases may end either way.
        charged_after: it was charged although the subscription had been cancelled.
    """

    account: str
    credits: int
    price: int
    paid_at: datetime
    payment: "Money"
    plan: str = ""
    subscription: str = ""
    period: tuple[datetime, datetime] | None = None
    is_renewal: bool = False
    quarrelled: bool = False
    charged_after: bool = False
    duplicate: "Money | None" = None

    @property
    def leftover(self):
        """How long its credits live on, by the policy in force when it was bought."""
        return LEFTOVER_SECOND if self.paid_at >= SECOND_POLICY else LEFTOVER

    @property
    def claims(self):
        """Credits that the money that went back may give us a claim to.

        Of what was paid twice, a refund may be of the second payment, which bought nothing.
        """
        gone = [self.payment.gone]
        if self.duplicate is not None:
            both = self.payment.gone + self.duplicate.gone
            gone.append(max(Fraction(0), both - self.duplicate.amount))
        return {min(self.credits, int(self.credits * one / self.price)) for one in gone}

    @property
    def still_paid(self):
        return self.payment.gone < self.price


@dataclass
class Money:
    """A payment as Stripe holds it: refunds by id with amount, status and our attempt."""

    payment_id: str
    amount: int
    paid_at: datetime
    card: str
    refunds: dict[str, tuple[int, str, str | None]] = field(default_factory=dict)
    withdrawn: Fraction = Fraction(0)
    disputed: bool = False
    frozen: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def refunded(self):
        """Cents that are back with the customer, or on their way."""
        return sum(amount for amount, state, _ in self.refunds.values() if state != "failed")

    @property
    def gone(self):
        """Cents that are back with the customer or their bank."""
        return min(Fraction(self.amount), self.refunded + self.withdrawn)


@dataclass
class Generated:
    """A generation as the provider knows it.

    `outcome` is delivered, partial, failed, empty, rejected, or silent: nobody will ever say.
    `submitted` says whether the product's report of that reached the bus.
    `other` is what was reported besides, by mistake; whichever came first stands.
    """

    account: str
    operation: str
    charged_at: datetime
    outcome: str
    ended_at: datetime
    other: str | None = None
    waits: timedelta = timedelta(0)
    submitted: bool = True

    def due_back(self, outcome):
        cost = COSTS[self.operation]
        if outcome == "delivered":
            return 0
        return -int(-cost * PARTLY[self.operation] // 1) if outcome == "partial" else cost

    @property
    def allowed(self):
        """Credits that may be back in the end."""
        return {self.due_back(one) for one in (self.outcome, self.other) if one is not None}


@dataclass
class Letter:
    """A mail as it was meant.

    Args:
        kind: what it wants.
        about: the order or generation that it names.
        prefer: what its writer chooses, if asked to.
        proven: whether the mail proves its sender.
    """

    ses_id: str
    account: str
    kind: str
    about: str
    sent_at: datetime
    prefer: str | None = None
    proven: bool = True
    automatic: bool = False


@dataclass
class Truth:
    """What happened, by id."""

    bought: dict[str, Bought] = field(default_factory=dict)
    generated: dict[str, Generated] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    registered: dict[str, datetime] = field(default_factory=dict)
    refunds_ours: dict[str, list[datetime]] = field(default_factory=dict)

    def of(self, account):
        return {name: one for name, one in self.bought.items() if one.account == account}

    def payments_of(self, account):
        """Every payment of an account, once, whatever it bought."""
        bought = self.of(account).values()
        both = [money for one in bought for money in (one.payment, one.duplicate) if money]
        return list({money.payment_id: money for money in both}.values())

    def plan_at(self, account, now):
        """The plan whose benefits an account has now: the best that is paid for."""
        paid = [
            one.plan
            for one in self.of(account).values()
            if one.period and one.paid_at <= now < one.period[1] and one.still_paid
        ]
        return max(paid, key=list(PLANS).index, default="free")
