"""Governance on the command line: what the commands `policy`, `retention`, `erase`, `audit` and `compliance` do.

`loading` opens a project as the rules look at it, `checking` holds it against its policies, `stored` gives what the
storages hold of each asset, `erasing` and `expiring` delete, `proving` tells what was erased, and `reporting` makes the
reports of compliance.
"""
