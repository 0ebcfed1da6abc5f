"""The one place that says which release this is."""

VERSION = "1.0.0"
