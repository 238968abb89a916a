"""One folder per screen; screens see ``workflow``, ``forms`` and ``records.views`` only."""
