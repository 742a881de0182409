"""Figures that follow from metadata alone: definitions without a database."""

from papers.metrics.citations import CitationFigures, h_index, i10_index, summarise_citations
from papers.metrics.closeness import JointWork, is_close, strength

__all__ = ["CitationFigures", "JointWork", "h_index", "i10_index", "is_close", "strength", "summarise_citations"]
