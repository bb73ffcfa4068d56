"""Forms validate what is typed and leave the rules to the actions."""

from marketplace.forms.accounts import SignupForm

__all__ = ["SignupForm"]
