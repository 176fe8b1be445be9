"""Estimating the dynamics from dated events."""
