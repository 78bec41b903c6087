"""What networks charge for posts, each list with its day and source. When prices change, change them here.

A network of another package states its own in ``prices``, as ``x.py`` does with these.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from campaign.core.prices import Prices

X = Prices(
    as_of=date(2026, 8, 22),
    source="docs.x.com, X API, Pricing",
    post=Decimal("0.015"),
    link=Decimal("0.200"),
    # Setting a description is a request of its own ("media metadata").
    described=Decimal("0.005"),
)
"""Whether an address without https:// is billed as a link is not said; X links it, so it is counted as one. A reply to
one's own post may cost less (0.010, "summoned"); the parts of a thread are counted in full."""
