"""What the pages of this app say, and its panels on others' pages."""
