"""Figures: what was counted, as a table that page, picture, API and file all show."""
