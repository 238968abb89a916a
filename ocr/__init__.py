"""A picture and a form in, readings with evidence out. Knows no records and no Qt."""
