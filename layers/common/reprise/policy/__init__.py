"""The policy as dated data, and the pure answers that follow from it.

Import from the modules: `version` (one version's values), `book` (which one is in force),
`change` (differences and notice), `entitlements`, `calendar`, `proration`, `facts` and `decide`.
"""
