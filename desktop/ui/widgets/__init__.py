"""Parts that know nothing about records."""
