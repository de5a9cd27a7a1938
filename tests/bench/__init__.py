"""What `make bench` runs: figures measured on the local stack, printed and written, never asserted.

Every module of `measures/` adds its own keys to `build/bench.json`.
"""
