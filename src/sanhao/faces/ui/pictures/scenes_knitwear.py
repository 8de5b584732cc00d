"""Scenes of the knitwear shop."""
