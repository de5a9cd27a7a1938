"""Stripe's events, read into facts; what of a payment belongs to which line; signatures.

Pure: bytes and times in, values out. Nothing here imports `stripe` or `pydantic`, because the
webhook starts with this package (see docs/decisions).
"""
