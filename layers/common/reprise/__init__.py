"""Reprise: keeps the refund policy of an AI music product."""
