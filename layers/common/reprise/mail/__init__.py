"""Inbound mail, purely: bytes to text, proof of the sender, ids, what is wanted. Nothing here acts."""
