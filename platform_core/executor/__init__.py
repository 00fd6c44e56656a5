"""The executor: one run, every step on the compute that it names.

`platform_executor` routes each step by the op tag that a compute decorator wrote: to warm workers on this machine, or
to a handler of a remote kind. Nothing is imported before it is asked for.
"""

from __future__ import annotations
