"""Append-only trail of everything done: chained, checkpointed, searchable, verifiable."""
