"""What is looked at before a commit: the files as they are staged, whatever the working tree holds beside them.

`index` reads what is staged; `outputs`, `secrets`, `size` and `drift` each look for one thing; `checks` lists them.
"""
