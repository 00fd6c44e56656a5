"""What a project needs on this machine: each check says how it stands, which command mends it, and may mend it.

`python`, `jupyter`, `repository` and `project` hold the checks by what they look at; `checks` lists and runs them.
"""
