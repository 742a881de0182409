"""The figures that pages read as they are, computed in the background for batches of works, authors, topics and institutions."""

from papers.figures.authors import mark_outdated_authors, refresh_author_figures
from papers.figures.subjects import refresh_institution_figures, refresh_subject_figures, refresh_topic_figures
from papers.figures.works import refresh_all_work_figures, refresh_work_figures

__all__ = [
    "mark_outdated_authors",
    "refresh_all_work_figures",
    "refresh_author_figures",
    "refresh_institution_figures",
    "refresh_subject_figures",
    "refresh_topic_figures",
    "refresh_work_figures",
]
