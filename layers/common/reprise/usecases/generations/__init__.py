"""Generations: what providers say about them becomes the one outcome of their charge.

Import from the modules: `settling` (a verdict is applied), `receive` (reports of the product),
`deadline` (what nobody spoke for).
"""
