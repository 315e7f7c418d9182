"""The implementation plan, its progress and who answers for what (实施方案)."""
