"""The model: the case file, its priors, and the arrays that simulation and fit read."""
