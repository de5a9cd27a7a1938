"""The credits API as both ends see it: routes, what comes in, what goes out, what can go wrong.

Standard library only. The function dispatches by it, the client calls by it, and the OpenAPI
document is generated from it, so none of the three can say something else.

Import from the modules: `shape` (dataclasses from and to JSON), `inbound`, `answers`,
`sold` and `cases`, `problem`, `routes`, `transport`.
"""
