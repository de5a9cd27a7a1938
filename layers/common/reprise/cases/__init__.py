"""Cases, purely: one refund request each, with all that happened to it."""
