"""Many histories of a compiled model, by exact thinning with shared random numbers."""
