"""交接: packages between offices, what comes in seen before it is taken, proposals decided, cards compared aloud."""
