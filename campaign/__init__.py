"""campaign: awareness campaigns as plain text, published once, on the record."""

__version__ = "0.1.0"
