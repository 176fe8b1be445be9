"""The report: one HTML file that shows a run, its record, its assumptions and its judgments."""
