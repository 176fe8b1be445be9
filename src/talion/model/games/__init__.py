"""Crisis games: who moves when, what each outcome is worth to whom, and which path follows from it."""
