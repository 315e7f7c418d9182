"""Rules on frozen measures, proposals, decisions and appeals (奖惩)."""
