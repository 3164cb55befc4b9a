"""Weights on disk and on the Hub: see `store` for the front of this room."""
