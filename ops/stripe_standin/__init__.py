"""Stands in for Stripe on a loopback port: the calls Reprise makes, and signed webhooks."""
