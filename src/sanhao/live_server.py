"""The live process: forwards signals to open pages."""
