"""Reconciliation: what Stripe says was paid against what the ledger holds.

A webhook can be lost, refused for three days, or kept waiting for something. So Stripe's own lists
are read: paid checkouts, paid invoices, events that nobody took; and what was parked is tried
again, with whatever Stripe can add to it. All that is found goes the way of the webhook, under the
same keys, so that neither a second run nor a late delivery does anything twice.

Import from the modules: `run` (one run, within its time), `listed` (what Stripe lists), `waiting`
(what is parked), `intake` (the webhook's way), `reconciler` (what a run needs and tells).
"""
