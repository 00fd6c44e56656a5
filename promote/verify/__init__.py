"""The proof that a promoted module gives what its notebook gave, made in a copy of the project before any writing.

`stage` holds the copy and starts the processes; `observe` runs the notebook in one, through a kernel that `kernel`
starts and `capture` listens in; `worker` materialises the promoted assets in another; `compare` says whether the
frames are the same. This module imports nothing, so that naming the package costs nothing.
"""
