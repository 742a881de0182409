"""One page, one person: pages merged, split and their works moved by people, with a preview before and everything put back after."""
