"""Inbound mail, purely: bytes to text, the sender proven, ids and wishes found; nothing acts."""
