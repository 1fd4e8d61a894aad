from comity.interop import text


def test_each_identifier_has_its_first_line_and_the_line_as_context() -> None:
    read = text.read("Hello\nsee shop[.]example\nand shop.example, 8.8.8.8\n", name="note.txt")
    assert [(row.place, row.identifier.value, row.context) for row in read.rows] == [
        ("line 2", "shop.example", "see shop[.]example"),
        ("line 3", "8.8.8.8", "and shop.example, 8.8.8.8"),
    ]
    assert (read.title, read.source_format) == ("note.txt", "text")


def test_a_text_without_identifiers_is_empty_and_no_error() -> None:
    assert text.read("Nothing here.", name="n").rows == ()
