"""What every part of the REST API shares: errors, cursor pages, throttles, conditional answers, the schema."""
