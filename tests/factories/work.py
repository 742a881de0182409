"""What the background would have done by the time a test looks."""

from __future__ import annotations

from papers.figures import refresh_author_figures, refresh_institution_figures, refresh_topic_figures
from papers.models import Author, Institution, Topic


def computed(*subjects: Author | Topic | Institution) -> None:
    """Compute the figures of these pages now."""
    refresh_author_figures([one.pk for one in subjects if isinstance(one, Author)])
    refresh_topic_figures([one.pk for one in subjects if isinstance(one, Topic)])
    refresh_institution_figures([one.pk for one in subjects if isinstance(one, Institution)])
