"""What payments refuse."""


class LedgerMisuse(ValueError):
    """Code of ours asked the ledger for something impossible; nobody outside can cause it."""


class Overdrawn(Exception):
    """An account that must not fall below zero would."""
