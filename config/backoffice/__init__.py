"""The back office's own pages: second factor, lockout, dashboard, health of the jobs."""
