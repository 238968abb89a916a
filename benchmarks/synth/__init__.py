"""Synthetic filled forms: families, handwriting, scanners and phones, with exact truth.

Nothing here knows a real person. Everything follows from ``(seed, profile, names of the parts)``: the same
call gives the same families and, in the printed style, the same bytes.
"""
