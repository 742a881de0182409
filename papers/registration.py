"""What this app hands to the registries of config.lib; called once, when the app is ready."""

from collections.abc import Callable, Iterable

from config.lib.registries import Panel, RefreshKind, panels, refresh_kinds


def register() -> None:
    """Register panels, refresh kinds and filters."""
    register_refresh_kinds()
    register_panels()
    register_namesakes()


def register_panels() -> None:
    """The research graph, a picture that was drawn when its slice was stored; and the score of a paper, as stored."""
    from papers.pages.graph_panel import PAGES, graph_panel
    from papers.pages.score_page import score_panel

    panels.register(Panel("score-of-paper", page="paper", slot="snapshot", template="papers/panels/score.html", load=score_panel, order=20))

    for page, kind in PAGES.items():
        panels.register(
            Panel(f"graph-of-{page}", page=page, slot="main", template="papers/panels/graph.html", load=graph_panel(kind), order=50)
        )


def register_namesakes() -> None:
    """Who else goes by the name of a page, in the line below it."""
    from papers.pages.ambiguity import namesakes

    panels.register(
        Panel(
            "namesakes",
            page="researcher",
            slot="header",
            template="papers/panels/namesakes.html",
            load=lambda request, author: namesakes(author, request.user),
            order=90,
        )
    )


def register_slices() -> None:
    """The slices of the graph, of those subjects that have one, and the arrays that they are built from."""
    from papers.graph.document import NodeKind
    from papers.models import GraphSlice
    from papers.slices.marking import ARRAYS, KINDS, REACH

    def build(kind: NodeKind) -> Callable[[list[int]], int]:
        def refresh(ids: list[int]) -> int:
            from papers.slices.keeping import refresh_slices  # compiled code and arrays: for workers

            return refresh_slices(kind, ids)

        return refresh

    def build_arrays(ids: list[int]) -> int:
        from papers.slices.keeping import refresh_arrays

        return refresh_arrays(ids)

    def reach(ids: list[int]) -> int:
        from papers.slices.keeping import refresh_reach

        return refresh_reach(ids)

    def stored(kind: NodeKind) -> Callable[[], Iterable[int]]:
        return lambda: GraphSlice.objects.filter(kind=kind.value).values_list("subject_id", flat=True).iterator()

    refresh_kinds.register(RefreshKind(REACH, reach, queue="graph", batch=1000, order=59, workers=1))
    refresh_kinds.register(RefreshKind(ARRAYS, build_arrays, queue="graph", batch=1, order=60, workers=1, everything=lambda: [1]))
    for order, kind in enumerate(NodeKind, start=61):
        refresh_kinds.register(RefreshKind(KINDS[kind], build(kind), queue="graph", batch=20, order=order, everything=stored(kind)))


def register_refresh_kinds() -> None:
    """The figures, in the order in which they are worth having."""
    from papers import figures
    from papers.models import Author, Institution, Topic, Work

    register_slices()
    register_comparing()
    refresh_kinds.register(
        RefreshKind(
            "work-figures",
            figures.refresh_work_figures,
            queue="scores",
            batch=20_000,  # works of one import are each other's peers
            order=5,
            workers=1,
            everything=lambda: Work.objects.values_list("pk", flat=True).iterator(),
        )
    )
    refresh_kinds.register(
        RefreshKind(
            "author-figures",
            figures.refresh_author_figures,
            queue="scores",
            batch=1000,
            order=10,
            everything=lambda: Author.objects.values_list("pk", flat=True).iterator(),
        )
    )
    refresh_kinds.register(
        RefreshKind(
            "topic-figures",
            figures.refresh_topic_figures,
            queue="scores",
            batch=1000,
            order=20,
            everything=lambda: Topic.objects.values_list("pk", flat=True).iterator(),
        )
    )
    refresh_kinds.register(
        RefreshKind(
            "institution-figures",
            figures.refresh_institution_figures,
            queue="scores",
            batch=500,
            order=30,
            everything=lambda: Institution.objects.values_list("pk", flat=True).iterator(),
        )
    )


def register_comparing() -> None:
    """Who wrote what, compared again where something changed, before the figures that rest on it."""
    from papers.persons import marking

    refresh_kinds.register(
        RefreshKind(
            marking.MENTIONS,
            marking.refresh_mentions,
            queue="scores",
            batch=500,
            order=2,
            workers=1,
            everything=marking.all_chunks,
            ready=marking.no_import_at_work,
        )
    )
    refresh_kinds.register(
        RefreshKind(
            marking.BLOCK,
            _compare_blocks,
            queue="scores",
            batch=500,
            order=4,
            workers=1,  # two would wait for each other's pages
            everything=marking.all_blocks,
            ready=marking.no_import_at_work,
        )
    )


def _compare_blocks(ids: list[int]) -> int:
    from papers.persons.blocks import refresh_blocks  # compiled code, which pages and most commands do without

    return refresh_blocks(ids)
