"""From IPython's cells to Python: magics, shell lines, help, SQL cells."""
