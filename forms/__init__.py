"""The ground floor, standard library only: forms, kinds, code tables, gazetteer and the pure rules of one form."""
