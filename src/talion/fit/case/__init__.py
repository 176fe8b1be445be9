"""The fit of a case: parameters, unlisted events and factors, given the record."""
