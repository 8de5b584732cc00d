"""Delivery: consignments, carriers and their scans, freight. Knows no orders."""
