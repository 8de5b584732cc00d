"""Pages of the workbench, one file a subject. Views read the form, call one verb, and say what came of it."""
