"""An asset that is in production gets another name, or goes: `workbench rename` and `workbench retire`.

`code` and `notebooks` find what names an asset in Python, `selections` and `settings` in jobs, `mentions` in other
texts; each place is a `Use`. What can be attributed is edited by `edits`, what cannot is a finding with its place.
`workshop` does the work in a copy of the project, where `promote` makes modules, tests and evidence anew, and brings
all that changed into the project in one write. `data` knows where the asset's data lies. `rename` and `retire` put it
together; `report` says it.
"""
