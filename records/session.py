"""The session's type, for verbs that hand an open one on to each other: they may not import SQLAlchemy."""

from __future__ import annotations

from sqlalchemy.orm import Session

__all__ = ["Session"]
