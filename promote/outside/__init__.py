"""What a step takes from outside its notebook: randomness, clocks, files, secrets, orders; and advice."""
