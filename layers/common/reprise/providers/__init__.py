"""Provider dialects as data, and the reading of their results; pure.

Import from the modules: `classify` (an answer becomes a verdict), `verdict`, `operation`,
`promises`, `signatures` (who sent a callback), `dialects` (one file per provider).
"""
