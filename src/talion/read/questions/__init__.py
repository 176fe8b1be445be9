"""Questions that an analyst answers instead of typing a case, and what their answers write."""
