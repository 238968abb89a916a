"""待核对: the place where a person looks."""
