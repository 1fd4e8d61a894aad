from comity.matters import subjects
from comity.records.ids import MatterId, RecordId
from comity.web import buttons, i18n, paths

ENGLISH, ARABIC = i18n.Reader("en", "UTC"), i18n.Reader("ar", "UTC")
MATTER, THING = MatterId("1" * 64), RecordId("2" * 64)


def made(*names: str, reader: i18n.Reader = ENGLISH) -> list[tuple[str, str]]:
    found = buttons.of(reader, MATTER, (subjects.REGISTRY[name] for name in names), THING)
    return [(one.label, one.href) for one in found]


def test_a_button_is_called_as_its_kind_and_leads_to_its_form() -> None:
    kind = subjects.REGISTRY["request.answered/1"]
    assert made(kind.name) == [("Answer the request", paths.act(MATTER, kind, THING))]


def test_kinds_of_which_nobody_chooses_one_share_a_button() -> None:
    both = made("match.found/1", "match.empty/1")
    assert both == [("Read the answer", f"/matters/{MATTER}/conclude")]


def test_a_button_says_what_the_page_of_its_procedure_does() -> None:
    assert [label for label, _ in made("exhibit.received/1", "identifiers.noted/1")] == [
        "Take over the exhibit",
        "Bring identifiers in",
    ]


def test_every_button_is_in_the_language_of_the_reader() -> None:
    for name, kind in subjects.REGISTRY.items():
        if kind.needs != "node":
            [(label, _)] = made(name, reader=ARABIC)
            assert label != made(name)[0][0], name
