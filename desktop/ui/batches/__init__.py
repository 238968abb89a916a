"""报送批次: from verified registrations to the national system's answers."""
