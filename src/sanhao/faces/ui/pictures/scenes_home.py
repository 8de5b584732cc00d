"""Scenes of the home shop."""
