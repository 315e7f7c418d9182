"""Courses, hours, certificates and talent programmes (培训与人才)."""
