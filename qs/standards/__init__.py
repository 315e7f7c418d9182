"""Clauses and indicators: what good service means, in dated editions that are never overwritten."""
