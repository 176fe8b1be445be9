"""Fitting a case to its record: links, factors, listing and unlisted events together."""
