"""The errors of this package; each message says the cause and the remedy."""


class MatchingError(Exception):
    """Anything `matching` refuses to do; the base of the family."""


class UnknownDocument(MatchingError, KeyError):
    """An id was asked for that the index does not hold."""

    # KeyError shows the repr of its argument; a message for people is shown as it is.
    __str__ = Exception.__str__


class IndexFormatError(MatchingError):
    """A stored index is incomplete, damaged, or of another format version."""


class IndexExistsError(MatchingError):
    """A build is never written over another: readers may have it memory-mapped."""
