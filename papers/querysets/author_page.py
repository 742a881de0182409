"""One author with all that the page says of the person: a single statement in plain SQL.

The busiest page begins with it. Composed by the ORM it took as long again as in the database, at every request.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Model

from papers.models import Author, AuthorFigures, Field, NameVisibility
from papers.querysets.visibility import narrowing

if TYPE_CHECKING:
    from papers.querysets.visibility import Viewer

ModelT = TypeVar("ModelT", bound=Model)

_STATEMENT: Final = """
    SELECT {columns},
           ARRAY(SELECT variant.name FROM papers_namevariant AS variant
                 WHERE variant.author_id = author.id AND variant.visibility = %s ORDER BY variant.id LIMIT 12),
           (SELECT json_agg(row) FROM (
                SELECT given.scheme, given.value, given.source, given.is_authenticated FROM papers_authoridentifier AS given
                WHERE given.author_id = author.id ORDER BY given.is_authenticated DESC, given.scheme, given.value LIMIT 30) AS row),
           (SELECT json_agg(json_build_array(other.id, other.display_name)) FROM papers_author AS other
            WHERE other.id IN (SELECT (row->>'id')::bigint FROM jsonb_array_elements(figures.collaborators) AS row)
              AND other.merged_into_id IS NULL AND other.erased_at IS NULL{of_others})
    FROM papers_author AS author
         LEFT JOIN papers_authorfigures AS figures ON figures.author_id = author.id
         LEFT JOIN papers_field AS field ON field.id = figures.field_id
    WHERE author.id = %s{of_author}
"""


class AuthorForPage(NamedTuple):
    """An author, the figures (unsaved, empty ones where nothing has been computed), and what else stands on the page.

    ``variants`` are names that may be shown, ``identifiers`` have scheme, value, source and is_authenticated;
    ``collaborators`` gives the present names of those among the figures' collaborators whom the viewer may see.
    """

    author: Author
    figures: AuthorFigures
    variants: list[str]
    identifiers: list[dict[str, Any]]
    collaborators: dict[int, str]


def author_for_page(author_id: int, viewer: Viewer) -> AuthorForPage | None:
    """The author of that key, merged and erased ones too, or None where there is none for this viewer. One query."""
    of_others, their_parameters = narrowing(Author, "other.id", viewer)
    of_author, its_parameters = narrowing(Author, "author.id", viewer)
    statement = _STATEMENT.format(columns=_columns(), of_others=of_others, of_author=of_author)
    with connection.cursor() as cursor:
        cursor.execute(statement, [NameVisibility.SHOWN, *their_parameters, author_id, *its_parameters])
        row = cursor.fetchone()
    author, place = _instance(Author, row, 0) if row else (None, 0)
    if author is None:
        return None
    figures, place = _instance(AuthorFigures, row, place)
    field, place = _instance(Field, row, place)
    if figures is not None:
        figures.field = field
        author.figures = figures
    variants, identifiers, collaborators = row[place:]
    return AuthorForPage(author, figures or AuthorFigures(author=author), variants, identifiers or [], dict(collaborators or []))


@cache
def _columns() -> str:
    parts = ((Author, "author"), (AuthorFigures, "figures"), (Field, "field"))
    return ", ".join(f'{alias}."{column.column}"' for model, alias in parts for column in model._meta.concrete_fields)


@cache
def _shape(model: type[Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    """The names of a model's columns, and where among them a value from the database still has to be read, with how."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    return names, [(place, read) for place, field in enumerate(fields) for read in field.get_db_converters(connection)]


def _instance(model: type[ModelT], row: Sequence[Any], start: int) -> tuple[ModelT | None, int]:
    """The instance whose columns begin at ``start``, None where a left join found none, and where its columns end."""
    names, readings = _shape(model)
    end = start + len(names)
    values = list(row[start:end])
    if values[names.index(model._meta.pk.attname)] is None:
        return None, end
    for place, read in readings:
        values[place] = read(values[place], None, connection)
    return model.from_db(connection.alias, names, values), end
