"""An API of its own that speaks the grammar and nothing else, so that the grammar can be tried on every side."""
