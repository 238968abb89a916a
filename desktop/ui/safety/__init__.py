"""What keeps the window and the records safe: locking, backups on their own."""
