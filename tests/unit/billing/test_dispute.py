from reprise.billing.events import read_object


def test_transactions_of_several_currencies_are_unreadable(body):
    found = body("dispute_won")["data"]["object"]
    found["balance_transactions"][0]["currency"] = "gbp"
    facts = read_object("charge.dispute.closed", found)
    assert facts.field == "balance_transactions"
