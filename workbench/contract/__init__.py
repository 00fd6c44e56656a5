"""Contracts: a Pandera model beside an asset that says what its data has to be."""
