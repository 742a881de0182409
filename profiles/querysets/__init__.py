"""Named reads over the rows of identity."""
