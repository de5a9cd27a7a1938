"""What customers write: in every category, forged, twice, by machine; and how they answer us."""

from datetime import timedelta

from tests.simulation.truth import HOUR, MINUTE, Letter
from tests.support.mails import raw_mail

WORDS = {
    "withdraw": "I withdraw from my purchase {id} within 14 days. I am writing from Germany and"
    " have not used any of the credits.",
    "return_pack": "I bought a pack of 1000 credits, the credits landed, but I no longer want"
    " them. Refund please. {id}",
    "failed": "The stem separation failed and the credits were deducted anyway. Link:"
    " https://app.example/library/{id} Could you put them back?",
    "twice": "Hi team, I was double charged for my order {id}. Can you refund the duplicate?",
    "after_cancel": "I cancelled my Pro subscription last month and received a confirmation"
    " email. Today I was charged again. The order id is {id}. Please refund this.",
    "mid_period": "I just cancelled Pro, can you refund the rest of this billing period? Order"
    " {id}",
    "disliked": "I don't like how the song turned out, can I have a refund?",
    "outage": "Core generation was down for three days last week; please compensate me.",
    "tier": "I was billed for the wrong plan. I selected Pro, not Premier. Order {id}.",
    "card": "The payment {id} was taken from the wrong card. Please refund it and charge my new"
    " one.",
    "other": "Why is my song not on Spotify?",
    "missing": "I bought the 1000 credit pack hours ago ({id}) and my balance is unchanged.",
    "missing_refund": "My credit pack never showed up. Receipt {id}. I would rather have a refund.",
    "missing_complete": "I purchased the 1000 credit pack and the credits have not arrived. Order"
    " {id}. Please add them to my account.",
}
CHOICES = {
    "refund": "I would like the money back, please.",
    "complete": "Just add the credits to my account please.",
}
PREFER = {"missing_refund": "refund", "missing_complete": "complete"}
ABOUT_PACKS = {"return_pack", "missing", "missing_refund", "missing_complete"}
ABOUT_PLANS = {"mid_period", "tier"}
CLIENTS = ("plain", "html_only", "gmail", "apple", "outlook", "reply")


def write(world, customer):
    """Write a mail about something of one's own, or of somebody else's, or let a machine write."""
    dice = customer.random
    kind = dice.choice([one for one in WORDS if one not in {"twice", "after_cancel"}])
    strange = dice.choices(["", "foreign", "forged", "machine"], [75, 8, 10, 7])[0]
    about = ""
    if "{id}" in WORDS[kind]:
        about = _subject(world, customer, kind, foreign=strange == "foreign")
    letter = _letter(world, customer, kind, about)
    letter.proven, letter.automatic = strange != "forged", strange == "machine"
    send(world, customer, letter, WORDS[kind].replace("{id}", about or "none"))


def complain(world, customer, kind, about):
    """Write about something that really went wrong."""
    if world.does("mails"):
        letter = _letter(world, customer, kind, about)
        send(world, customer, letter, WORDS[kind].replace("{id}", about.partition("/")[0]))


def _letter(world, customer, kind, about):
    ses_id = f"mail-{customer.name()}"
    letter = Letter(ses_id, customer.account_id, kind, about, world.now, PREFER.get(kind))
    world.truth.letters[ses_id] = letter
    return letter


def _subject(world, customer, kind, *, foreign):
    """What the mail names, if there is any such thing."""
    mine = lambda account: (account == customer.account_id) is not foreign  # noqa: E731 - short
    if kind in {"failed", "disliked"}:
        found = [name for name, one in world.truth.generated.items() if mine(one.account)]
    else:
        wanted = {True: "pack", False: "plan"}
        only = "pack" if kind in ABOUT_PACKS else "plan" if kind in ABOUT_PLANS else None
        found = [
            name.partition("/")[0]
            for name, one in world.truth.bought.items()
            if mine(one.account) and only in {None, wanted[one.period is None]}
        ]
    return customer.random.choice(found) if found else ""


def send(world, customer, letter, text, *, to="refunds@music.example", answers=""):
    """Send a mail: it is received once or twice, under one id of SES or another."""
    dice, account, now = customer.random, customer.account_id, world.now
    address = f"{account}@shop.example"
    headers = headers_of(letter.ses_id, address, to, now, answers)
    if letter.automatic:
        headers["Auto-Submitted"] = "auto-replied"
    client = "plain" if answers else dice.choice(CLIENTS)
    raw = raw_mail(text, "Re: Refund" if answers else "Refund", client, **headers)
    faults = world.faults
    copies = [letter.ses_id]
    if faults.strikes("mail delivered under two ids", 2):
        copies.append(f"{letter.ses_id}-2")
    for ses_id in copies:
        world.deployed.mails.mails[ses_id] = raw
        event = {"Records": [received(ses_id, address, to, now, proven=letter.proven)]}
        delay = timedelta(seconds=dice.randrange(1, 40))
        world.at(now + delay, receive, world, event)
        if faults.strikes("mail event twice", 2):
            world.at(now + delay + dice.choice((0, 1, 60)) * MINUTE, receive, world, event)


def headers_of(ses_id, address, to, sent, answers=""):
    """The headers of a customer's mail, which may answer one of ours."""
    headers = {
        "From": f"Jo <{address}>",
        "Return-Path": f"<{address}>",
        "To": to,
        "Message-ID": f"<{ses_id}@shop.example>",
        "Date": f"{sent:%a, %d %b %Y %H:%M:%S} +0000",
    }
    if answers:
        headers["In-Reply-To"] = f"<{answers}@email.amazonses.com>"
    return headers


def receive(world, event, tries=0):
    """SES calls the function; Lambda calls it again, and a person what failed all the same."""
    if world.invoke("refund_email", event) is None:
        again = (MINUTE, 2 * MINUTE, HOUR)[min(tries, 2)]
        world.at(world.now + again, receive, world, event, tries + 1)


def received(ses_id, address, to, now, *, proven):
    """One record of SES's event."""
    verdict = {"status": "PASS"}
    verdicts = dict.fromkeys(("spamVerdict", "virusVerdict", "spfVerdict", "dkimVerdict"), verdict)
    verdicts["dmarcVerdict"] = {"status": "PASS" if proven else "FAIL"}
    if not proven:
        verdicts |= {"spfVerdict": {"status": "FAIL"}, "dkimVerdict": {"status": "FAIL"}}
    at = now.isoformat()
    return {
        "eventSource": "aws:ses",
        "ses": {
            "mail": {
                "timestamp": at,
                "source": address,
                "messageId": ses_id,
                "destination": [to],
                "headersTruncated": False,
                "commonHeaders": {"from": [f"Jo <{address}>"]},
            },
            "receipt": {"timestamp": at, "recipients": [to], **verdicts},
        },
    }


def answer(world, mail, message_id):
    """Read one of our mails; what it asks for is mostly answered, hours later."""
    tag = mail.reply_to.partition("+")[2].partition(".")[0].upper()
    case = world.cases.cases.get(tag)
    if case is None:
        return
    asked = next((one.template for one in case.replies if one.state.value == "handed_over"), "")
    customer = next((one for one in world.customers if one.account_id == case.account_id), None)
    if customer is None or not asked.startswith("ask_") or customer.random.random() < 0.25:
        return
    letter = world.judge.letter_of(case)
    when = world.now + customer.random.randrange(1, 60) * HOUR
    world.at(when, _answered, world, customer, letter, asked, mail.reply_to, message_id)


def _answered(world, customer, first, asked, to, message_id):
    dice = customer.random
    if asked == "ask_preference":
        first.prefer = dice.choice(list(CHOICES))
        text = CHOICES[first.prefer]
    else:
        first.about = first.about or _subject(world, customer, first.kind, foreign=False)
        text = f"It is {first.about}"
        if asked == "ask_generation":
            text = f"It is https://app.example/library/{first.about}"
    letter = Letter(f"mail-{customer.name()}", customer.account_id, "answer", "", world.now)
    world.truth.letters[letter.ses_id] = letter
    send(world, customer, letter, text, to=to, answers=message_id)
