"""Headline figures as commands: each prints ratios of what was measured side by side in one run."""
