"""From cells to steps: tags, options and the text they are written in."""
