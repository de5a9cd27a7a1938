"""The credit ledger, pure: one account, one head; every change is one entry.

Nothing here reads a clock, a network or a disk. `decide` maps (account, command, now) to a new
account and the one entry that makes the difference; stores write both in one transaction.
"""
