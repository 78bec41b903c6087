"""One network, one file; registry finds them."""
