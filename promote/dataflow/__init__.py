"""What each step needs from the cells around it, and whether it can be had."""
