"""What the product sells and charges: plans, packs and operations, as data of the deployer.

Import from the modules: `model` (the values and look-ups), `reading` (from JSON, with errors that
name field and fix).
"""
