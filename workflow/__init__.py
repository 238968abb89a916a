"""The verbs, in the order a page meets them. No Qt."""
