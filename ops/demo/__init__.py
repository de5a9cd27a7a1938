"""The demo: one story on a local stack of its own, over the real interfaces, every figure checked.

A chapter is a module of `chapters/`, with accounts that no other chapter uses.
"""
