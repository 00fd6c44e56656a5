"""Git's merge driver for notebooks: cells are merged with cells, lines of a cell with lines.

`pairing` finds which cell of a side is which of the base, `cell` merges one cell, `notebook` the whole, and `__main__`
is what git calls. Neither side is ever lost: what cannot be merged stands in the cell, both sides between git's own
markers, and `promote` refuses the notebook until a person has chosen.
"""
