"""Rows and document models in, files out. Knows no records and no Qt."""
