"""Works, authors and what stands around them. Every default is plain, so that a test says what matters to it."""

from __future__ import annotations

from typing import Any

from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from papers.models import (
    AttributionRule,
    Author,
    AuthorIdentifier,
    Authorship,
    AuthorshipInstitution,
    Citation,
    Field,
    Institution,
    InstitutionName,
    NameVariant,
    Topic,
    Venue,
    Work,
    WorkIdentifier,
    WorkTopic,
    WorkType,
)
from papers.names import parse_name, search_key
from papers.text import title_key


class FieldFactory(DjangoModelFactory[Field]):
    class Meta:
        model = Field
        django_get_or_create = ("key",)

    key = "machine-learning"
    name = "Machine learning"


class VenueFactory(DjangoModelFactory[Venue]):
    class Meta:
        model = Venue
        django_get_or_create = ("key",)

    key = "jcs"
    name = "Journal of Careful Studies"


class TopicFactory(DjangoModelFactory[Topic]):
    class Meta:
        model = Topic

    name = Sequence(lambda n: f"Topic number {n}")
    key = LazyAttribute(lambda topic: search_key(topic.name))


class InstitutionFactory(DjangoModelFactory[Institution]):
    class Meta:
        model = Institution
        skip_postgeneration_save = True

    name = Sequence(lambda n: f"University {n}")
    name_key = LazyAttribute(lambda place: search_key(place.name) + place.name[-4:])

    @post_generation
    def known_as(self: Any, _create: bool, extracted: list[str] | None, **_: Any) -> None:
        for name in [self.name, *(extracted or [])]:
            kind = "acronym" if name.isupper() else "label"
            InstitutionName.objects.get_or_create(institution=self, name=name, defaults={"key": search_key(name), "kind": kind})


class AuthorFactory(DjangoModelFactory[Author]):
    class Meta:
        model = Author
        skip_postgeneration_save = True

    display_name = Sequence(lambda n: f"Author Number{n}")
    sort_name = LazyAttribute(lambda author: author.display_name)

    @post_generation
    def variants(self: Any, _create: bool, extracted: list[str] | None, **_: Any) -> None:
        for name in [self.display_name, *(extracted or [])]:
            NameVariant.objects.create(author=self, name=name, key=parse_name(name).key, block=parse_name(name).block)


class AuthorIdentifierFactory(DjangoModelFactory[AuthorIdentifier]):
    class Meta:
        model = AuthorIdentifier

    author = SubFactory(AuthorFactory)
    scheme = "orcid"
    value = "0000-0002-1825-0097"
    source = "crossref"


class WorkFactory(DjangoModelFactory[Work]):
    """A work. ``by`` names its authors in order, ``on`` its topics."""

    class Meta:
        model = Work
        skip_postgeneration_save = True

    title = Sequence(lambda n: f"A careful study, part {n}")
    title_key = LazyAttribute(lambda work: title_key(work.title))
    type = WorkType.ARTICLE
    year = 2020
    sources = LazyFunction(lambda: ["arxiv"])
    author_count = 0

    @post_generation
    def by(self: Any, _create: bool, extracted: list[Author | str] | None, **_: Any) -> None:
        for position, author in enumerate(extracted or []):
            AuthorshipFactory(work=self, position=position, author=author if isinstance(author, Author) else None, raw_name=str(author))
        if extracted:
            self.author_count = len(extracted)
            self.save(update_fields=["author_count"])

    @post_generation
    def on(self: Any, _create: bool, extracted: list[Topic] | None, **_: Any) -> None:
        for topic in extracted or []:
            WorkTopic.objects.create(work=self, topic=topic, source="openalex", score=0.9)


class WorkIdentifierFactory(DjangoModelFactory[WorkIdentifier]):
    class Meta:
        model = WorkIdentifier

    work = SubFactory(WorkFactory)
    scheme = "doi"
    value = Sequence(lambda n: f"10.1234/careful.{n}")


class AuthorshipFactory(DjangoModelFactory[Authorship]):
    """A place in a work's list of authors; without an author nobody has been found behind the name."""

    class Meta:
        model = Authorship
        skip_postgeneration_save = True

    work = SubFactory(WorkFactory)
    position = 0
    author = None
    raw_name = LazyAttribute(lambda authorship: authorship.author.display_name if authorship.author else "Nobody Known")
    source = "arxiv"
    rule = LazyAttribute(lambda authorship: AttributionRule.FIRST_SEEN if authorship.author else AttributionRule.NONE)

    @post_generation
    def at(self: Any, _create: bool, extracted: list[Institution] | None, **_: Any) -> None:
        for institution in extracted or []:
            AuthorshipInstitution.objects.create(authorship=self, institution=institution)


class CitationFactory(DjangoModelFactory[Citation]):
    class Meta:
        model = Citation

    citing = SubFactory(WorkFactory)
    cited = SubFactory(WorkFactory)
    source = "openalex"
