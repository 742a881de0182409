"""Composition: settings, addresses, background machinery. The domain lives in papers, profiles and collaboration."""
