"""The engine's doors: open, act, expire, choices, lights, look-back, fold. Pure functions; `now` is given."""
