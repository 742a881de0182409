"""Who wrote what: mentions of names on works, gathered into persons. Pure: dataclasses in and out, no database.

How to call it::

    from papers.disambiguation import Constraints, Index, Mention, Work, disambiguate

    work = Work(key="w1", title="…", abstract="…", venue="icml", year=2023, authors=("Ada Quillmere", "G. Farrowgate"))
    mentions = [Mention(work, 0, "Ada Quillmere", affiliations=("Quill University",)), Mention(work, 1, "G. Farrowgate")]

    clustering = disambiguate(mentions, Constraints(decided={("w1", 0): "author-7"}))
    for cluster in clustering.clusters:
        cluster.mentions             # (("w1", 0),)
        confidence(cluster)          # 0..1, calibrated: see papers.disambiguation.confidence
        ambiguity(cluster, its_mentions)   # Finding(score, reasons, groups)

    names = stable_ids({"author-7": [("w1", 0)]}, clustering)     # the largest overlap keeps its name, the others redirect

Later works join what is known, without moving anything that was placed before::

    index = Index(mentions, clusters={("w1", 0): "author-7", …})   # once for a run of imports
    for assignment in index.assign(later_mentions, constraints):   # in any portions; each portion is learnt
        assignment.cluster                                         # "author-7", or None: a new person (assignment.new)

To cluster one dirty block again, give ``disambiguate`` all mentions of the block together with ``statistics`` of the whole
collection; a name's block is ``block_of(name)``. ``NameStatistics.of(mentions)`` counts them; or fill it from counts kept elsewhere.

Costs: about 7,000 mentions a second on one core, later ones 2,500, in memory some 2 kB a mention (text included).
"""

from papers.disambiguation.ambiguity import ambiguity
from papers.disambiguation.clustering import disambiguate
from papers.disambiguation.increment import Index
from papers.disambiguation.judgement import confidence
from papers.disambiguation.mentions import Constraints, Mention, MentionKey, Work
from papers.disambiguation.model import PairModel, read_model
from papers.disambiguation.names import NameStatistics, block_of
from papers.disambiguation.outcomes import (
    AMBIGUOUS,
    AcrossMerge,
    AcrossReason,
    Assignment,
    Cluster,
    Clustering,
    Finding,
    Reason,
    ReasonKind,
    StableIds,
    UncertainPair,
)
from papers.disambiguation.stability import stable_ids

__all__ = [
    "AMBIGUOUS",
    "AcrossMerge",
    "AcrossReason",
    "Assignment",
    "Cluster",
    "Clustering",
    "Constraints",
    "Finding",
    "Index",
    "Mention",
    "MentionKey",
    "NameStatistics",
    "PairModel",
    "Reason",
    "ReasonKind",
    "StableIds",
    "UncertainPair",
    "Work",
    "ambiguity",
    "block_of",
    "confidence",
    "disambiguate",
    "read_model",
    "stable_ids",
]
