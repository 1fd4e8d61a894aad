import json

from comity.ledger import checkpoint, receipt
from comity.records import envelope, record
from tests.web.conftest import Visit
from tests.web.pages.story import Story


def test_a_record_shows_what_was_signed_and_where_it_stands(story: Story, visit: Visit) -> None:
    case = story.case()
    note = story.note(story.lyon, case, "The forum moves.")
    page = visit(story.lyon).get(f"/records/{note}").text
    assert "The forum moves." in page
    assert "note.made/1" in page
    assert "officers-do-casework" in page
    assert "Place in the ledger" in page


def test_envelope_and_proof_are_checked_without_the_node(story: Story, visit: Visit) -> None:
    case = story.case()
    note = story.note(story.lyon, case, "x")
    client = visit(story.lyon)
    sent = client.get(f"/records/{note}/envelope")
    assert sent.headers["content-disposition"].startswith("attachment")
    signed = envelope.parse(sent.content)
    envelope.verify(signed, story.lyon.tools.directory().keys_of(story.lyon.authority))
    assert record.id_of(signed.payload) == note
    assert json.loads(signed.payload)["kind"] == "note.made/1"
    proof = receipt.parse(client.get(f"/records/{note}/proof").content)
    signer = story.lyon.tools.keys.checkpoint
    keys = [checkpoint.owner_key(story.lyon.authority, signer.public)]
    receipt.verify(proof, bytes.fromhex(note), keys)


def test_a_hidden_record_and_one_that_is_not_here_look_the_same(story: Story, visit: Visit) -> None:
    case = story.case()
    client = visit(story.lyon, "operator")
    for path in ("", "/envelope", "/proof"):
        told = {
            (answer.status_code, "There is no such record here." in answer.text)
            for one in (case, "0" * 64, "zz")
            for answer in [client.get(f"/records/{one}{path}")]
        }
        assert told == {(404, True)}
