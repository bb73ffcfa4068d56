"""How often one reader may ask for something costly. Kept in the cache: an empty cache forgives, it never forbids."""

import logging
import time

from django.core.cache import cache

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 60


def within_limit(name: str, who: int | str, *, per_minute: int) -> bool:
    """Count one more use of `name` by an account, or from an address, and tell whether it is still within the limit of
    this minute.
    """
    key = f"limit:{name}:{who}:{int(time.time()) // WINDOW_SECONDS}"
    try:
        cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
        return cache.incr(key) <= per_minute
    except ValueError:  # evicted between the two calls
        return True
    except Exception:
        # The cache may be down at any moment; drafting goes on without it.
        logger.warning("limit not counted", extra={"limit": name}, exc_info=True)
        return True
