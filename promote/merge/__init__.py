"""Two ways between notebook and module: edits of either side reach the other, or are refused."""
