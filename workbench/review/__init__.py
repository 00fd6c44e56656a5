"""What a reviewer reads in a pull request: two revisions of a project compared by their files alone.

`revisions` asks git for files, `snapshot` makes frozen values of them (`modules` reads the promoted Python, `proofs`
the evidence, `settings` the configuration), `differences` and `lineage` compare two snapshots, `standing` says whether
evidence belongs to its module, `judgement` gives the verdict and the checklist. `document` puts that into sections,
which `markdown` and `html` write; `machine` writes JSON, and `annotations` what CI shows beside the modules.

Nothing is run and nothing of the project is imported. Every text of a revision counts as hostile: it becomes text of
the review and never markup.
"""
