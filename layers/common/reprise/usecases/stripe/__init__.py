"""Stripe's events applied to the ledger: `receive` is the way in.

No Stripe call is made here: what needs one is parked for the reconciler. Every step is keyed by the
money object, so an event that is delivered twice, or again after a crash, ends where it ended.
"""
