"""The pages, one file each: they read, render, and call the functions that verbs call, too."""
