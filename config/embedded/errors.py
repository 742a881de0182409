"""What goes wrong with embedded servers, said in a sentence that the operator can act on."""


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot be found, made or started. The message says what to do about it."""
