"""Composite scores, rank intervals, frozen periods, and how far units lie apart (排名与差距)."""
