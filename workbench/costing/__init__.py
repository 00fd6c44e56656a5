"""What `workbench costs`, `workbench rightsize` and `workbench explain-compute` work out and show.

`gather` reads a project's runs, prices and budgets; `texts` shows them as table, CSV and JSON, `page` as HTML. `plans`
says what making assets would cost, and whether a budget stands against it. `sizes` proposes compute from history, and
`rewrite` writes it into notebook and module.
"""
