"""What can go wrong while things are started."""


class RuntimeProblem(Exception):
    """Something that the person at the terminal can put right; the message says how."""


class ServerFailed(RuntimeProblem):
    """A child process did not come up or ended by itself; its log has been shown."""
