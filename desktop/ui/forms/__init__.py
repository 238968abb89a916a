"""表样: the forms an office reads with, and learning new ones from a blank."""
