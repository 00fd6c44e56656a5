"""Which objects names may stand for, and what changes reach them."""
