"""pandas frames as Arrow tables that keep everything: types, index, labels and the Python objects in a column.

A table holds plain columns that every reader of Parquet understands. What those cannot say (that a struct was a complex
number, that a null was `pd.NA`, which categories there were) stands beside them as JSON in the table's metadata, under
a key of ours; only reading as pandas looks there. The stages are `objects` (columns of Python objects), `columns` (one
column of any type), `labels` (index and header) and `table` (the frame).
"""
