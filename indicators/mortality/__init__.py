"""Neonatal, infant and under-5 mortality: from birth histories (synthetic cohort) and from registers."""
