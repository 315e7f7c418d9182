"""Requests across the border of the house: exports, imports, what other systems file and everybody may know."""
