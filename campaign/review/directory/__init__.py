"""The directory as a site that partners can host: what may be shown on a day, its pages, calendar and JSON."""
