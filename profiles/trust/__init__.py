"""The trust score: how well a page is evidenced, not how good the researcher is."""
