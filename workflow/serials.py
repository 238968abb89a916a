"""Serials of printed sheets: random, short enough to read aloud, and telling whether the sheet is prefilled."""

from __future__ import annotations

import secrets

from forms.prefill import MARK

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O, U: nobody mistakes a letter for a figure when reading a serial aloud."""
SERIAL_LENGTH = 10


def new_serial(*, prefilled: bool = False) -> str:
    """A random sheet serial: 10 characters, 50 bits, so that copies of different print runs hardly ever meet.

    ``prefilled``: of a sheet with values printed on it, which the serial's first letter tells the reader.
    """
    serial = "".join(secrets.choice(CROCKFORD) for _ in range(SERIAL_LENGTH))
    return MARK + serial[1:] if prefilled else serial
