"""The servers and the supervisor behind ``make run`` and ``make test``: ``python -m config.runtime --help``.

Nothing in here reads the settings: the servers start before there is a database for them to name.
"""
