"""Measurements, not tests: how fast the product is on this machine."""
