"""Which version of the program this is: said by ``--version``, on batches, drafts and audit books."""

from __future__ import annotations

VERSION = "0.1.0"  # pyproject.toml takes it from here
