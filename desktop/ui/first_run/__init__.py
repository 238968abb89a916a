"""Making the store of an office."""
