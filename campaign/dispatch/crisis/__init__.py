"""Crisis pauses: by people or by a file, the gate that stops what they cover, and what is decided afterwards."""
