"""The parts of `gezhi scheme`, one module for each group of actions."""
