"""A world for each minimal case that the simulation found."""

from tests.dispatch.conftest import world

__all__ = ["world"]
