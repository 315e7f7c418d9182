"""Ratings, suggestions, consultations and hearings (公众参与)."""
