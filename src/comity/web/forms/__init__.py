"""Forms from the schemas of record kinds: no form is written by hand.

`shapes` reads a JSON Schema, `fields` says what to draw, `entries` reads what came back, and
`mistakes` puts what a model found wrong into words beside the fields.
"""
