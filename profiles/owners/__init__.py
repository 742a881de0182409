"""What the owner of a page does with it: decides on works, adds missing ones, chooses names, edits the profile."""
