"""Ways of writing: printed, two handwriting fonts, and strokes drawn with a pen that varies."""
