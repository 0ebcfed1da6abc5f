"""How pages of the back office write days and times, by language."""
