"""One module for each scenario or family of them; each lists its `SCENARIOS`."""
