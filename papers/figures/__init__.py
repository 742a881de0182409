"""The figures that pages read as they are, computed in the background for batches of authors, topics and institutions."""

from papers.figures.authors import refresh_author_figures
from papers.figures.subjects import refresh_institution_figures, refresh_subject_figures, refresh_topic_figures

__all__ = ["refresh_author_figures", "refresh_institution_figures", "refresh_subject_figures", "refresh_topic_figures"]
