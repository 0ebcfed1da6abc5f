"""Writes of the catalog, a module by what is written."""
