"""Quarterly cycles of self, office and third-party assessments (评价)."""
