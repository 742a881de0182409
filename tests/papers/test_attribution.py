"""First attribution: whose an authorship is, by identifiers, company and rare names."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from papers.attribution import Attribution, Candidate, Mention, NameStatistics
from papers.models import AttributionRule
from papers.names import PersonName, compatible, parse_name


@dataclass
class Shelf:
    """Candidates in memory."""

    people: list[Candidate] = field(default_factory=list)

    def by_identifier(self, scheme: str, value: str) -> Candidate | None:
        return next((one for one in self.people if value in one.ids.get(scheme, ())), None)

    def fitting(self, name: PersonName) -> list[Candidate]:
        return [one for one in self.people if all(compatible(name, known) for known in one.names)]

    def open(self, _name: PersonName) -> Candidate:
        self.people.append(Candidate(reference=len(self.people) + 1, names=[]))
        return self.people[-1]

    def learn(self, candidate: Candidate, mention: Mention) -> None:
        candidate.names.append(mention.name)
        for scheme, value in mention.ids.items():
            candidate.ids.setdefault(scheme, set()).add(value)
        candidate.coauthors |= mention.coauthors
        candidate.affiliations |= mention.affiliations


def attribution(*, bearers: int = 1) -> tuple[Attribution, Shelf]:
    shelf = Shelf()
    return Attribution(shelf, NameStatistics(lambda _: bearers, lambda _: bearers, lambda: 1000)), shelf


def work(*names: str, ids: dict[str, dict[str, str]] | None = None, at: dict[str, set[int]] | None = None) -> list[Mention]:
    everybody = frozenset(hash(parse_name(name).key) for name in names)
    return [
        Mention(
            name=parse_name(name),
            ids=(ids or {}).get(name, {}),
            coauthors=everybody - {hash(parse_name(name).key)},
            affiliations=frozenset((at or {}).get(name, set())),
        )
        for name in names
    ]


def test_a_source_identifier_decides_whatever_the_name_says() -> None:
    rules, _ = attribution()
    first = rules.assign(work("Ada Quill", ids={"Ada Quill": {"openreview": "~Ada_Quill1"}}))
    second = rules.assign(work("A. Q. Married", ids={"A. Q. Married": {"openreview": "~Ada_Quill1"}}))
    assert second[0].candidate is first[0].candidate
    assert second[0].rule == AttributionRule.SOURCE_ID


def test_namesakes_whom_a_source_tells_apart_stay_apart() -> None:
    rules, _ = attribution()
    first = rules.assign(work("Ada Quill", "Grace Harrow", ids={"Ada Quill": {"openreview": "~Ada_Quill1"}}))
    second = rules.assign(work("Ada Quill", "Grace Harrow", ids={"Ada Quill": {"openreview": "~Ada_Quill2"}}))
    assert second[0].candidate is not first[0].candidate
    assert second[1].candidate is first[1].candidate


def test_a_common_name_is_joined_by_company_and_not_by_itself() -> None:
    rules, _ = attribution(bearers=20)
    first = rules.assign(work("Wei Wang", "Grace Harrow"))
    alone = rules.assign(work("Wei Wang"))
    together = rules.assign(work("Wei Wang", "Grace Harrow"))
    assert alone[0].candidate is not first[0].candidate
    assert alone[0].rule == AttributionRule.FIRST_SEEN
    assert together[0].candidate is first[0].candidate
    assert together[0].rule == AttributionRule.SHARED_COAUTHOR


def test_the_commonest_names_need_two_people_in_common() -> None:
    rules, _ = attribution(bearers=300)
    first = rules.assign(work("Wei Wang", "Grace Harrow", "Emmy Stern"))
    one = rules.assign(work("Wei Wang", "Grace Harrow"))
    both = rules.assign(work("Wei Wang", "Grace Harrow", "Emmy Stern"))
    assert one[0].candidate is not first[0].candidate
    assert both[0].candidate is first[0].candidate


def test_an_affiliation_in_common_joins_when_it_is_the_only_one() -> None:
    rules, shelf = attribution(bearers=8)
    here, there = {111}, {222}
    first = rules.assign(work("Ada Quill", at={"Ada Quill": here}))
    rules.assign(work("Ada Quill", at={"Ada Quill": there}))
    again = rules.assign(work("A. Quill", at={"A. Quill": here}))
    assert len(shelf.people) == 2
    assert again[0].candidate is first[0].candidate
    assert again[0].rule == AttributionRule.SHARED_AFFILIATION
    unclear = rules.assign(work("A. Quill", at={"A. Quill": here | there}))
    assert unclear[0].is_new


def test_a_rare_name_written_out_is_enough_and_its_initials_are_not() -> None:
    rules, _ = attribution()
    first = rules.assign(work("Ranajoy Sadhukhan"))
    assert rules.assign(work("Ranajoy Sadhukhan"))[0].candidate is first[0].candidate
    assert rules.assign(work("R. Sadhukhan"))[0].is_new


def test_the_same_name_twice_on_one_work_is_two_people() -> None:
    rules, _ = attribution()
    first, second = rules.assign(work("Ranajoy Sadhukhan", "Ranajoy Sadhukhan"))
    assert first.candidate is not second.candidate


def test_a_namesake_on_the_same_work_cannot_take_the_place_of_whom_the_source_names() -> None:
    rules, _ = attribution()
    known = rules.assign(work("Ranajoy Sadhukhan", ids={"Ranajoy Sadhukhan": {"openalex": "A1"}}))[0].candidate
    name = parse_name("Ranajoy Sadhukhan")
    nobody = frozenset[int]()
    namesake, named = rules.assign([Mention(name, {}, nobody, nobody), Mention(name, {"openalex": "A1"}, nobody, nobody)])
    assert named.candidate is known
    assert namesake.candidate is not known


NAMES = st.sampled_from(["Ada Quill", "A. Quill", "Anna Quill", "Grace Harrow", "G Harrow", "Wei Wang", "Emmy Stern"])


@given(st.lists(st.lists(NAMES, min_size=1, max_size=6), max_size=12))
def test_two_positions_of_one_work_are_never_one_author(works: list[list[str]]) -> None:
    rules, _ = attribution(bearers=3)
    for names in works:
        decided = [decision.candidate.reference for decision in rules.assign(work(*names))]
        assert len(set(decided)) == len(names)
