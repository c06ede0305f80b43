"""What keeps the local cloud from running, each as one sentence that says what to do."""


class CannotRunError(Exception):
    """The sentence is all a person sees; no traceback follows."""
