"""Pulling the plug: a real browser types while something is killed, cut off, slow or full.

`make torture` plays the rounds; `SEED` and `ROUNDS` are honoured, `ONLY` plays a single one again.
"""
