"""Composite scores, rank intervals and frozen periods (排名与差距)."""
