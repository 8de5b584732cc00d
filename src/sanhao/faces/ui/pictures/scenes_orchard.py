"""Scenes of the orchard shop."""
