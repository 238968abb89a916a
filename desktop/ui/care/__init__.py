"""重点关爱 and 走访: children in need, cases to be reported, visits and the work log."""
