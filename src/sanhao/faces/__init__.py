"""Faces: what people see. They compose; they decide nothing."""
