"""The gates of a project: what has to hold before a change is merged, run alike on a person's machine and in CI.

`declared` reads them from `[tool.workbench.gates]`, `running` runs them, `hosts` speaks to GitHub and GitLab, and
`findings` leaves what `promote --check` found where their pages show it.
"""
