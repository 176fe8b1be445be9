"""From texts, tables and answers to a case: what is proposed for a person to review."""
