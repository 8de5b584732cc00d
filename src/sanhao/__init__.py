"""Sanhao (三好): good goods are let in, good content is seen, good service happens by itself."""
