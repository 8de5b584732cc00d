"""Scenes of the pantry shop."""
