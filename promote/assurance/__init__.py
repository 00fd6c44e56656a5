"""The record of assurance of a promotion: who worked it out, who looked at it, what it was, and what it assumes.

`assumptions` reads what an analyst wrote under such a heading, `record` is the file `assurance/<layer>/<name>.json`,
`standing` says whether a record is of what stands there now and whether it is enough for the level that the project
asks for, and `checking` brings that into `promote --check`.
"""
