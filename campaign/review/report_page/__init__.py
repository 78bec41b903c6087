"""The page of a report: its words, its template and its style."""
