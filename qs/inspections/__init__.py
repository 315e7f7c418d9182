"""Plans, checklists, findings, defences and opinion letters (检查)."""
