"""重复登记: children who may be one, side by side; merging value by value, and back."""
