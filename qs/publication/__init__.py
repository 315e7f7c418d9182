"""Reports, open data, disclosure control and the disclosure calendar (信息公开)."""
