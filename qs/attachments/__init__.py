"""Files that belong to a record: proofs, photos, documents (附件)."""
