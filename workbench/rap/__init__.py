"""A project held against the criteria of reproducible analytical pipelines: `workbench rap`.

`criteria.json` is the list, with the source of each criterion. `facts` gathers what the project's files and git say,
`looks` has one function for each criterion (`looks_files` and `looks_proof` by what they look at), and `report` writes
what they found. A criterion
is met only where something was found that would be missed if it were gone; what only people know is not checked.
"""
