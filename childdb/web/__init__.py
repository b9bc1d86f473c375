"""The office's pages: a browser on this computer, or ten communes over TLS. Pages call `childdb.workflow` and hold no rule."""
