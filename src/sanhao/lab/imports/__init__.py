"""Histories that come to life: `sanhao lab import`."""
