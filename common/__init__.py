"""The ground floor: values, grammar and guarantees that every app stands on. No business word lives here."""
