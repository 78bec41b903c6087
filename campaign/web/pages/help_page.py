"""What these pages are for, what the words mean, and what the visitor may do here."""

from __future__ import annotations

from flask import Blueprint, Response

from campaign import __version__
from campaign.core.lifecycle import State
from campaign.web.here import show, takes

pages = Blueprint("help", __name__)


@pages.get("/help")
@takes("")
def about() -> Response:
    """The page."""
    return show("help.html", version=__version__, states=list(State))
