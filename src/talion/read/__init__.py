"""From the user's own texts and tables to a proposed record and case, for a person to review."""
