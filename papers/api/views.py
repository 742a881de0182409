"""The addresses of works, authors, institutions and topics."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django_filters import FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from config.lib.registries import WITHHOLD_FIGURES, wishes_of
from config.lib.rest.pagination import CursorPages, Order
from config.lib.rest.parts import parts_of
from config.lib.rest.problems import Erased
from config.lib.rest.views import PublicReadViewSet, conditional, moved
from papers.api import reads
from papers.api.figure_serializers import WorkFiguresSerializer, work_figures
from papers.api.filters import AuthorFilters, InstitutionFilters, TopicFilters, WorkFilters
from papers.api.graph_serializers import GraphSliceSerializer
from papers.api.subject_serializers import AuthorFiguresSerializer, AuthorSerializer, InstitutionSerializer, TopicSerializer
from papers.api.work_serializers import AuthorshipSerializer, WorkDetailSerializer, WorkSerializer
from papers.graph.document import NodeKind
from papers.identity.changes import where_it_went
from papers.models import Author, AuthorFigures, Authorship, Citation, Institution, SubjectFigures, Topic, Work
from papers.querysets.scores import score_of
from papers.querysets.slices import shown_document, stored_slice
from papers.slices.sight import first_sight

NEWEST = Order("date_key", descending=True)
WORK_ORDERS = {"-date": NEWEST, "date": Order("date_key"), "id": Order()}
# These sort what they read: only where a record bounds how much that is.
FIGURE_ORDERS = {
    "-score": Order("figures__score", descending=True, absent=-1.0),
    "-novelty": Order("figures__novelty_part", descending=True, absent=-1.0),
}
BOUNDED_WORK_ORDERS = {
    **WORK_ORDERS,
    "-citations": Order("cited_by_count", descending=True, absent=-1),
    **FIGURE_ORDERS,
}


class FiltersOfAction(DjangoFilterBackend):
    """The filters that the view gives for the action at hand. Raises ``ValidationError`` where one cannot be read."""

    def get_filterset_class(self, view: Any, queryset: Any = None) -> type[FilterSet] | None:
        return view.filter_set()  # type: ignore[no-any-return]  # every view here is a RecordViewSet


class RecordViewSet(PublicReadViewSet):
    """Lists and shows the rows of one model that have a page."""

    model: ClassVar[type[Model]]
    node_kind: ClassVar[NodeKind]
    view_name: ClassVar[str]
    pagination_class = CursorPages
    filter_backends = (FiltersOfAction,)
    filters: ClassVar[type[FilterSet]]
    action_filters: ClassVar[dict[str, type[FilterSet] | None]] = {}
    """The filters of actions that list something else than the model."""
    lookup_field = "pk"
    lookup_value_converter = "public_id"
    orders: ClassVar[dict[str, Order]] = {"id": Order()}
    listing_actions = frozenset()

    def filter_set(self) -> type[FilterSet] | None:
        """The filters of the current action."""
        return self.action_filters.get(self.action, None) if self.is_list_of_detail() else self.filters

    def filter_parameters(self) -> set[str]:
        filters = self.filter_set()
        return set(filters.base_filters) if filters else set()

    def repeatable_parameters(self) -> set[str]:
        return {"type"} & self.filter_parameters()

    def page_of(self, rows: QuerySet[Any], serializer: type[Serializer[Any]]) -> Response:
        """The page of ``rows`` that the request asks for."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        context = {**self.get_serializer_context(), **self.context_of_page(page or [])}
        return self.get_paginated_response(serializer(page, many=True, context=context).data)

    def context_of_page(self, rows: list[Any]) -> dict[str, Any]:
        """What the serializer needs beyond the rows, at a fixed number of queries."""
        return {}

    @extend_schema(summary="Show what is around it in the research graph", responses=GraphSliceSerializer, filters=False)
    def graph(self, request: Request, pk: int) -> Response:
        """The stored slice of the research graph, with people under their present names; a first sketch where nobody has looked yet (`scope`)."""
        row = self.find(reads.known(self.model), f"{self.view_name}-graph")
        if self.node_kind is NodeKind.PERSON:
            self.refuse_withheld(row)
        found = stored_slice(self.node_kind, row.pk, None) or first_sight(self.node_kind, row.pk, str(row))
        return conditional(request, shown_document(found).to_json())  # no date: names and who is to be seen change without it

    def find(self, rows: QuerySet[Any], view_name: str = "") -> Any:
        """The row of the address. Raises 404, 410 for an erased one, ``Merged`` for one that lives on in another."""
        row = rows.filter(pk=self.kwargs["pk"]).first()
        if row is None:
            raise Http404
        survivor = reads.survivor(row)
        if survivor is not None:
            path = reverse(view_name or self.view_name, args=[survivor.pk])
            raise Merged(self.request.build_absolute_uri(path))
        if row.erased_at is not None:
            raise Erased
        return row

    def refuse_withheld(self, author: Author) -> None:
        """Raises 404, with the reason, where the person behind a record withholds computed figures. One query."""
        if WITHHOLD_FIGURES in wishes_of("papers.Author", [author.pk]).get(author.pk, ()):
            raise exceptions.NotFound(_("Figures are withheld, as the person behind this record asked."))

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Merged):
            return moved(exc.address)
        return super().handle_exception(exc)


class Merged(Exception):  # noqa: N818 - not an error: the record lives on at ``address``
    """The record was merged into another."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class WorkViewSet(RecordViewSet):
    """Works: one publication each, whatever number of sources describes it."""

    model = Work
    node_kind = NodeKind.PAPER
    view_name = "papers_api:work"
    queryset = Work.objects.none()
    serializer_class = WorkSerializer
    filters = WorkFilters
    listing_actions = frozenset({"authorships", "references", "citations"})

    @property
    def orders(self) -> dict[str, Order]:  # type: ignore[override]  # depends on the action
        if self.action == "authorships":
            return {"id": Order()}
        return BOUNDED_WORK_ORDERS if self.detail else WORK_ORDERS

    @extend_schema(summary="List works", filters=True)
    def list(self, request: Request) -> Response:
        """Works, newest first. Merged and erased ones are not listed."""
        return self.page_of(reads.works_in_brief(reads.listed(Work)), WorkSerializer)

    @extend_schema(summary="Show a work", responses=WorkDetailSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """A work with what each source said of each person beside what was decided, and where each field came from."""
        work = self.find(reads.work_in_full(reads.known(Work)))
        return conditional(request, WorkDetailSerializer(work, context=self.get_serializer_context()).data, work.updated_at)

    @extend_schema(summary="Show a work's figures", responses=WorkFiguresSerializer)
    def figures(self, request: Request, pk: int) -> Response:
        """The score of a work, its parts, what each was computed from, and the arithmetic; 404 until it has been computed."""
        work = self.find(reads.known(Work).only("id", "merged_into", "erased_at"), "papers_api:work-figures")
        found = score_of(work.pk)
        if found is None:
            raise exceptions.NotFound
        return conditional(request, WorkFiguresSerializer(work_figures(*found)).data, found[1].computed_at)

    @extend_schema(summary="List a work's authorships", responses=AuthorshipSerializer(many=True), filters=False)
    def authorships(self, request: Request, pk: int) -> Response:
        """All authorships of a work, in the order in which they were recorded."""
        work = self.find(reads.known(Work).only("id", "merged_into", "erased_at"), "papers_api:work-authorships")
        return self.page_of(reads.authorships_in_full(Authorship.objects.filter(work=work)), AuthorshipSerializer)

    @extend_schema(summary="List what a work cites", responses=WorkSerializer(many=True), filters=False)
    def references(self, request: Request, pk: int) -> Response:
        """The works that this one cites, as far as Collegium holds them."""
        work = self.find(reads.known(Work).only("id", "merged_into", "erased_at"), "papers_api:work-references")
        cited = Citation.objects.filter(citing=work).values("cited_id")
        return self.page_of(reads.works_in_brief(reads.listed(Work).filter(pk__in=cited)), WorkSerializer)

    @extend_schema(summary="List what cites a work", responses=WorkSerializer(many=True), filters=False)
    def citations(self, request: Request, pk: int) -> Response:
        """The works that cite this one, as far as Collegium holds them."""
        work = self.find(reads.known(Work).only("id", "merged_into", "erased_at"), "papers_api:work-citations")
        citing = Citation.objects.filter(cited=work).values("citing_id")
        return self.page_of(reads.works_in_brief(reads.listed(Work).filter(pk__in=citing)), WorkSerializer)


class AuthorViewSet(RecordViewSet):
    """Authors: bibliographic entities that imports and disambiguation make."""

    model = Author
    node_kind = NodeKind.PERSON
    view_name = "papers_api:author"
    queryset = Author.objects.none()
    serializer_class = AuthorSerializer
    filters = AuthorFilters
    action_filters: ClassVar = {"works": WorkFilters}
    listing_actions = frozenset({"works"})

    @property
    def orders(self) -> dict[str, Order]:  # type: ignore[override]  # depends on the action
        if self.action == "works":
            return BOUNDED_WORK_ORDERS
        return {"id": Order(), "-works": Order("figures__works_count", descending=True)}

    def find(self, rows: QuerySet[Any], view_name: str = "") -> Any:
        """The same; an id whose row is gone, as when a split was taken back, leads to where its works went."""
        try:
            return super().find(rows, view_name)
        except Http404:
            went = where_it_went(self.kwargs["pk"])
            if went is None:
                raise
            raise Merged(self.request.build_absolute_uri(reverse(view_name or self.view_name, args=[went]))) from None

    def context_of_page(self, rows: list[Any]) -> dict[str, Any]:
        if self.action not in {"list", "retrieve"}:
            return {}
        ids = [row.pk for row in rows]
        return {"wishes": wishes_of("papers.Author", ids), "parts": parts_of("papers.Author", ids)}

    @extend_schema(summary="List authors", filters=True)
    def list(self, request: Request) -> Response:
        """Authors. In the order “-works” those whose works have not been counted yet are left out."""
        return self.page_of(reads.with_author_parts(reads.listed(Author)), AuthorSerializer)

    @extend_schema(summary="Show an author")
    def retrieve(self, request: Request, pk: int) -> Response:
        """An author with name variants and identifiers."""
        author = self.find(reads.with_author_parts(reads.known(Author)))
        context = {**self.get_serializer_context(), **self.context_of_page([author])}
        return conditional(request, AuthorSerializer(author, context=context).data)

    @extend_schema(summary="List an author's works", responses=WorkSerializer(many=True), filters=True)
    def works(self, request: Request, pk: int) -> Response:
        """The works that stand under this author. Orders by figures are refused where the person asked to withhold those."""
        author = self.find(reads.known(Author), "papers_api:author-works")
        if request.query_params.get("ordering") in FIGURE_ORDERS:
            self.refuse_withheld(author)
        return self.page_of(reads.works_in_brief(reads.listed(Work).filter(authorships__author=author)), WorkSerializer)

    @extend_schema(summary="Show an author's figures", responses=AuthorFiguresSerializer)
    def figures(self, request: Request, pk: int) -> Response:
        """What was last counted over the author's works, and when; 404 until it has been counted, or where the person asked to withhold it."""
        author = self.find(reads.known(Author), "papers_api:author-figures")
        self.refuse_withheld(author)
        figures = AuthorFigures.objects.select_related("field").filter(author=author).first()
        if figures is None:
            raise exceptions.NotFound
        return conditional(request, AuthorFiguresSerializer(figures).data, figures.computed_at)


class SubjectViewSet(RecordViewSet):
    """Lists and shows what has figures in ``SubjectFigures``."""

    kind: ClassVar[str]

    def context_of_page(self, rows: list[Any]) -> dict[str, Any]:
        found = SubjectFigures.objects.filter(kind=self.kind, subject_id__in=[row.pk for row in rows])
        return {"figures": {figures.subject_id: figures for figures in found.only("subject_id", "works_count", "authors_count")}}

    def shown(self, rows: QuerySet[Any]) -> Response:
        """The answer for one row."""
        row = self.find(rows)
        context = {**self.get_serializer_context(), **self.context_of_page([row])}
        return conditional(self.request, self.get_serializer_class()(row, context=context).data)


class InstitutionViewSet(SubjectViewSet):
    """Institutions, with ROR's record where one matches."""

    model = Institution
    kind = "institution"
    node_kind = NodeKind.INSTITUTION
    view_name = "papers_api:institution"
    queryset = Institution.objects.none()
    serializer_class = InstitutionSerializer
    filters = InstitutionFilters

    @extend_schema(summary="List institutions", filters=True)
    def list(self, request: Request) -> Response:
        """Institutions. Their works are under /works/ with the filter `institution`."""
        return self.page_of(reads.with_institution_parts(reads.listed(Institution)), InstitutionSerializer)

    @extend_schema(summary="Show an institution")
    def retrieve(self, request: Request, pk: int) -> Response:
        """An institution with its names and identifiers."""
        return self.shown(reads.with_institution_parts(reads.known(Institution)))


class TopicViewSet(SubjectViewSet):
    """Topics: what works are about."""

    model = Topic
    kind = "topic"
    node_kind = NodeKind.TOPIC
    view_name = "papers_api:topic"
    queryset = Topic.objects.none()
    serializer_class = TopicSerializer
    filters = TopicFilters
    orders: ClassVar = {"id": Order(), "key": Order("key", text=True)}

    @extend_schema(summary="List topics", filters=True)
    def list(self, request: Request) -> Response:
        """Topics. Their works are under /works/ with the filter `topic`."""
        return self.page_of(reads.with_topic_parts(reads.listed(Topic)), TopicSerializer)

    @extend_schema(summary="Show a topic")
    def retrieve(self, request: Request, pk: int) -> Response:
        """A topic with its field and identifiers."""
        return self.shown(reads.with_topic_parts(reads.known(Topic)))
