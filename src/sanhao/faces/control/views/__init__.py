"""Views of control, one file for each thing it looks after."""
