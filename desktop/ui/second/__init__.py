"""A second pair of eyes: what waits for it, review, blind second entry and its resolution."""
