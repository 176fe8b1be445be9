"""Bargaining over positions: who wants what, how much it matters to them, what they can bring to bear."""
