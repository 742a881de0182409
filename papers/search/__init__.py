"""Search: people by resembling names, papers by their words, topics and institutions by name.

Each part answers with ``Found``: a bounded number of ids in the order of relevance. Nothing counts further than that.
"""
