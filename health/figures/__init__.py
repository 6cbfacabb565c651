"""Figures: what is said of the whole book, over accounts, segments and months.

The measures of one account, which rules may name, are in `health.measures`. These functions take the
records of `health.records` as the sources state them, and a day: ``as_of`` is the start of that day UTC,
and nothing from then on counts. What each figure means, and an example of it, is in docs/catalogue.md.
"""
