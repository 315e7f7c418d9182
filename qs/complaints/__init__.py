"""Requests of all types, from receipt to call-back (诉求)."""
