"""设置: what the office decides, who works here, backups, the audit, what is taken out by law."""
