"""What a rehearsal shows: what became of every post, a list of problems, and pages as readers would see them."""
