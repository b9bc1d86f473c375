"""The provincial package: built from resolved records, checked by reading it back."""
