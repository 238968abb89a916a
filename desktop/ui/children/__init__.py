"""儿童台账: the children the office knows."""
