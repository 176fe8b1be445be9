"""From measures of simulated histories, and from the record, to labelled judgments."""
