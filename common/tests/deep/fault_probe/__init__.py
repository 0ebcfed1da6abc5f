"""An app of the deep proofs: subscribers that leave countable effects, and commands that die on purpose."""
