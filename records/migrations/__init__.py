"""Numbered migrations of the database, from revision one."""
