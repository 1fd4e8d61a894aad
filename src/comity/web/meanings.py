"""What each code of an error means to an officer, and what to do: the same in every language.

Errors are worded where they are raised, in English, for whoever reads logs. Pages speak by the
code: these texts are in the catalogues, and what differs from case to case stands beside them.
Codes that ask the same of an officer share their words. `docs/errors.md` tells every code by
itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from comity.web.i18n import N_


@dataclass(frozen=True, slots=True)
class Meaning:
    """What happened, and what a person can do about it."""

    told: str
    next_step: str


_AGAIN = N_("Go back, reload the page, and send the form again.")
_ASK_SENDER = N_("Ask its sender to send it again. If that repeats, call the sender's operator.")
_CORRECT = N_("Correct it, and send it again.")
_LOOK = N_("Look at the matter as it stands now; somebody may have been faster.")
_OPERATOR = N_("Tell the operator of this node, with the code.")
_SPLIT = N_("Split it, and send the parts one by one.")
_WAIT = N_("Nothing was lost. Try again in a few minutes; if it goes on, tell the operator.")
_CALL = N_("Nothing is lost, it is sent again by itself. If it lasts, call the other operator.")

_SAID: tuple[tuple[str, str, str], ...] = (
    # What is done in matters.
    (
        "matter-unknown",
        N_("There is no such matter here."),
        N_("Check the address. Ask the lead whether your authority is party."),
    ),
    (
        "matter-not-here",
        N_("This matter has not arrived at this node yet."),
        N_("Wait for the next parcel, or ask the sender to send again."),
    ),
    ("matter-moved", N_("Somebody else did something here meanwhile."), _LOOK),
    ("matter-closed", N_("This needs a matter that is open."), N_("Choose one that is open.")),
    (
        "matter-missing thing-missing",
        N_("This is done about something in a matter, and nothing was named."),
        N_("Open the matter, and press the button beside what you mean."),
    ),
    ("not-admissible", N_("This does not fit the matter as it stands."), _LOOK),
    (
        "passkey-unverified passkey-of-another passkey-unknown",
        N_("The passkey was not accepted."),
        N_("Try again with your own passkey. If it fails again, ask the operator for a link."),
    ),
    (
        "passkey-taken passkeys-many",
        N_("This passkey cannot be registered for you."),
        N_("Use another authenticator, or remove a passkey that you do not use."),
    ),
    (
        "approval-unverified base64url",
        N_("This approval does not count for this act."),
        N_("Ask the second person to approve the act as it stands now."),
    ),
    (
        "approval-by-proposer",
        N_("Nobody approves what they proposed themselves."),
        N_("Ask a second person to approve it."),
    ),
    (
        "proposer-gone proposal-decided proposal-unknown",
        N_("This proposal is not open any more."),
        N_("Look at what became of it; propose it anew if it is still wanted."),
    ),
    (
        "session-unknown",
        N_("You have no such session or token."),
        N_("Look at the list again; it may have ended by itself."),
    ),
    (
        "officer-has-passkeys",
        N_("This person has a passkey, and makes tokens alone."),
        N_("If the passkeys are lost: propose to withdraw them; a second person approves."),
    ),
    (
        "second-not-needed",
        N_("This is done by one person."),
        N_("Go back, and do it yourself."),
    ),
    ("glass-not-needed", N_("You may read this matter as it is."), N_("Open it.")),
    (
        "glass-broken-before",
        N_("You broke the glass before this matter already."),
        N_("Ask the head of the team to take you in."),
    ),
    (
        "glass-reason",
        N_("This reason is too short."),
        N_("Say what the emergency is: oversight reads it."),
    ),
    ("reason-missing", N_("A no needs a reason."), N_("Say why, in a sentence.")),
    (
        "no-staff",
        N_("This node keeps no staff yet."),
        _OPERATOR,
    ),
    (
        "addressee-no-party",
        N_("The addressee takes no part in this matter."),
        N_("Choose a party, or ask the lead to add that authority first."),
    ),
    (
        "record-unknown leaf-beyond",
        N_("There is no such record here."),
        N_("Check the address. Ask the lead whether your authority is party."),
    ),
    (
        "part-unknown page-unknown path-unknown",
        N_("There is nothing at this address."),
        N_("Go to the registry, and open what you mean from there."),
    ),
    (
        "kind-unknown kind-of-procedure kind-name",
        N_("This is not done with a form of its own here."),
        N_("Open the matter, and press the button beside what you mean."),
    ),
    (
        "statement-malformed record-malformed field-missing field-malformed record-id",
        N_("What you say does not have the form that is asked for."),
        _CORRECT,
    ),
    (
        "record-too-large",
        N_("This is too long for one record."),
        N_("Say less in it, or attach a file as an exhibit."),
    ),
    ("permit-expired", N_("This took longer than it was permitted for."), N_("Try again.")),
    (
        "purpose-unknown",
        N_("This is no purpose that your role can state."),
        N_("Choose a purpose from the list."),
    ),
    (
        "policy-engine-error",
        N_("Policy could not be evaluated, so nothing is permitted."),
        N_("Tell the operator of this node."),
    ),
    # Who is who.
    (
        "authority-unknown not-listed peer-not-listed",
        N_("This authority is not in the directory of this node."),
        N_("Check the name, or ask for the authority to be listed first."),
    ),
    (
        "authority-malformed",
        N_("This is no authority's id."),
        N_("Give an id as the directory lists it, for example nl-north."),
    ),
    (
        "no-directory",
        N_("This node belongs to no directory yet."),
        N_("Ask the operator to found one or to join one."),
    ),
    (
        "officer-exists",
        N_("There is an officer of this name already."),
        N_("Use the one that there is, or tell the two apart in the name."),
    ),
    (
        "officer-name",
        N_("A name has 2 to 80 characters, and none that cannot be seen."),
        _CORRECT,
    ),
    (
        "officer-unknown officer-inactive",
        N_("This officer is unknown here, or was kept out."),
        N_("Look at the list of officers."),
    ),
    ("role-unknown", N_("There is no such role."), N_("Choose one of the entries of the list.")),
    (
        "session-ended sign-in-needed",
        N_("Your session has ended."),
        N_("Sign in again, with a new link."),
    ),
    (
        "link-not-valid link-refused",
        N_("This link is unknown, was used, or is too old."),
        N_("Ask your operator for a new one."),
    ),
    (
        "form-stale",
        N_("This form was opened before you signed in, or too long ago."),
        _AGAIN,
    ),
    ("token-lifetime", N_("A token lasts 1 to 90 days."), _CORRECT),
    # Evidence.
    (
        "exhibit-unknown exhibit-id",
        N_("There is no such exhibit in this case."),
        N_("Look at the evidence of the case."),
    ),
    (
        "exhibit-elsewhere exhibit-missing",
        N_("The bytes of this exhibit are not held here."),
        N_("Ask its holder for a hand-over."),
    ),
    (
        "exhibit-altered",
        N_("The bytes of this exhibit are no longer those that were taken in."),
        N_("Use another copy, and tell the operator: the custody record says what they must be."),
    ),
    (
        "exhibit-too-large",
        N_("This exhibit is too large to go over the wire."),
        N_("Hand it over on a disk, and record the hand-over."),
    ),
    (
        "hand-over-unknown not-the-taker",
        N_("This exhibit was not handed over to your authority."),
        N_("Ask its holder for a hand-over."),
    ),
    (
        "piece-missing",
        N_("A piece of this exhibit has not arrived yet."),
        N_("Wait for the next parcel, or ask the sender to send again."),
    ),
    ("piece-altered sealed-key-wrong", N_("This was altered on its way."), _ASK_SENDER),
    (
        "storage-full",
        N_("The disk under the vault is full."),
        N_("Tell the operator to make room, then take it in again."),
    ),
    # Matches.
    (
        "nothing-to-match",
        N_("This matter holds no identifiers of these classes."),
        N_("Bring identifiers in first."),
    ),
    (
        "match-unanswered",
        N_("The other side has not answered yet."),
        N_("Wait for its answer, or call it."),
    ),
    (
        "match-unknown",
        N_("There is no such match here, or nothing was asked in it."),
        _LOOK,
    ),
    (
        "match-not-ours",
        N_("Your authority did not ask this, or its question is no longer kept."),
        N_("Ask again in a new match."),
    ),
    (
        "no-hits-here",
        N_("Only the side that asked knows what is common."),
        N_("Ask the other side to release the contacts."),
    ),
    (
        "consent-missing",
        N_("A joint case needs the consent of both sides."),
        N_("Wait for the other side's consent, or call it."),
    ),
    (
        "matching-set-too-large",
        N_("These are more identifiers than one comparison takes."),
        N_("Ask about some classes only, or in several matches."),
    ),
    (
        "matching-frame matching-element matching-secret matching-duplicate-element",
        N_("The blinded message cannot be read."),
        N_("Ask again in a new match. If that repeats, tell the operator."),
    ),
    (
        "match-with-self",
        N_("A match is with another authority."),
        N_("Choose another authority."),
    ),
    # Identifiers.
    (
        "class-unknown",
        N_("There is no such class of identifiers."),
        N_("Choose one of the entries of the list."),
    ),
    (
        "identifier-bad-checksum",
        N_("Its check digits do not hold: it was mistyped."),
        N_("Compare it with its source, sign by sign."),
    ),
    (
        "identifier-bad-form",
        N_("It is not written as its class is."),
        N_("Compare it with its source, sign by sign."),
    ),
    (
        "identifier-bad-length",
        N_("It is too short or too long for its class."),
        N_("Compare it with its source, sign by sign."),
    ),
    (
        "identifier-network",
        N_("It is a range of addresses, where one address is meant."),
        N_("Give the one address."),
    ),
    ("identifier-other-class", N_("It is of another class than was said."), _CORRECT),
    ("identifier-region", N_("The country of this telephone number is unknown."), _CORRECT),
    ("identifier-scheme", N_("This scheme of a web address is unknown here."), _CORRECT),
    (
        "identifier-too-common",
        N_("It is so common that it names nobody."),
        N_("Leave it out."),
    ),
    (
        "identifier-wrong-network",
        N_("It belongs to a test network or to another currency."),
        N_("Compare it with its source, sign by sign."),
    ),
    (
        "import-empty nothing-to-import",
        N_("There is nothing in it that could be taken."),
        N_("Choose another file, or paste the identifiers."),
    ),
    ("import-not-text", N_("This file is no text."), N_("Save the file as UTF-8 text.")),
    ("import-too-large file-too-large", N_("This file is larger than is read at once."), _SPLIT),
    (
        "import-unknown-format",
        N_("This file has a form that is not known here."),
        N_("Give a MISP event or galaxy, a STIX bundle, a table, or text."),
    ),
    (
        "csv-form csv-cells",
        N_("The columns of this table do not fit."),
        N_("The first line names the columns: class,value."),
    ),
    (
        "misp-cluster misp-link misp-attribute misp-not-a-list misp-not-an-object"
        " stix-not-a-list stix-object stix-pattern",
        N_("This part of the file is not as its format has it."),
        N_("Go on without it, or ask the sender for a corrected file."),
    ),
    (
        "bad-date",
        N_("This is no date."),
        N_("Give a day that exists, as year-month-day, such as 2026-03-31."),
    ),
    # Parcels and what is in them.
    (
        "parcel-altered parcel-bomb parcel-compression parcel-file parcel-file-missing"
        " parcel-header parcel-magic parcel-padding parcel-recipients parcel-sender"
        " parcel-truncated manifest-malformed section-altered name-not-a-digest not-a-record"
        " envelope-malformed digest-malformed digest-twice disclosure-malformed"
        " disclosure-misplaced disclosure-name-taken disclosure-twice disclosure-unknown"
        " sealed-field-open",
        N_("This parcel cannot be read: it was altered or cut off, or it is none."),
        _ASK_SENDER,
    ),
    ("parcel-too-large body-too-large", N_("This is larger than is taken at once."), _SPLIT),
    (
        "parcel-to-itself not-addressed-here",
        N_("This parcel is for another node."),
        N_("Give it to the node that it is for."),
    ),
    (
        "other-federation suite-unknown kind-not-shared",
        N_("This parcel was made for another directory or another version."),
        N_("Tell the operator of this node, with the code."),
    ),
    ("parcel-not-taken", N_("The other node did not take the parcel."), _CALL),
    (
        "sender-suspended",
        N_("The directory has suspended the sender of this parcel."),
        N_("Call the founder of the directory before anything of it is used."),
    ),
    (
        "author-unknown signature-wrong",
        N_("The signature is not by a key that the directory lists."),
        N_("Do not use what you received. Ask its sender to send it again."),
    ),
    ("parcel-file-exists", N_("A parcel of that name is there already."), _OPERATOR),
    (
        "peer-unreachable peer-busy peer-certificate node-unreachable carrier-failed"
        " answer-wrong receipt-settles-nothing receipt-malformed receipt-unproved",
        N_("The other authority's node does not answer as it must."),
        _CALL,
    ),
    # Ledgers.
    (
        "ledger-unreachable",
        N_("This node has no way to that ledger."),
        N_("Audit it from the command line of a node that has."),
    ),
    (
        "checkpoint-unverified receipt-unverified tiles-unverified split-view-unproved"
        " entries-malformed bundle-entry bundle-size bundle-width checkpoint-malformed"
        " ledger-text note-malformed tile-path tile-level tile-number tile-width tile-beyond"
        " vkey-malformed witness-request leaf-hash ledger-range ledger-size proof-sizes",
        N_("What was fetched of the ledger does not hold."),
        N_("Fetch it again. If that repeats, do not rely on that ledger, and call its operator."),
    ),
    ("ledger-moved", N_("The ledger grew while it was read."), N_("Try again.")),
    (
        "ledger-too-long",
        N_("That ledger has more entries than are audited here."),
        N_("Audit it from the command line of a node that has."),
    ),
    # The node itself.
    (
        "node-starting",
        N_("The node is starting, and asks its peers what they saw of its ledger."),
        N_("Try again in a few seconds."),
    ),
    (
        "node-read-only",
        N_("This node writes nothing: peers saw a ledger of it that it does not know."),
        N_("Call the operator of this node; the ledger must be repaired first."),
    ),
    (
        "no-access-account",
        N_("The node accounts for no access yet, and without that shows nothing."),
        N_("Try again in a few seconds."),
    ),
    (
        "storage-failed storage-unreadable store-closed database-unreachable file-broken-off"
        " matching-no-randomness pen-held",
        N_("The node cannot use its disk or database just now."),
        _WAIT,
    ),
    (
        "blob-damaged record-damaged tile-damaged",
        N_("What this node has stored is no longer what it was."),
        N_("Do not rely on it. Tell the operator to restore a copy."),
    ),
    (
        "action-unknown append-malformed form-shape permit-mismatch permit-missing round-broken"
        " route-twice time-naive time-without-zone node-broken",
        N_("This is a fault of Comity itself."),
        _OPERATOR,
    ),
    (
        "body-broken-off body-malformed cursor-malformed form-malformed upload-malformed"
        " header-twice idempotency-key idempotency-key-reused key-used json-duplicate-key"
        " json-integer-range json-lone-surrogate json-not-finite json-not-utf8"
        " json-null-character json-syntax json-too-deep json-too-large media-type"
        " method-not-allowed query-malformed query-twice query-unknown query-value wrong-host",
        N_("What was sent cannot be read."),
        _AGAIN,
    ),
    (
        "language language-unknown",
        N_("There are no pages in this language."),
        N_("Choose one of the entries of the list."),
    ),
    ("scheme", N_("There is no such appearance."), N_("Choose one of the entries of the list.")),
    (
        "time-zone-unknown time_zone",
        N_("There is no such time zone."),
        N_("Choose one of the entries of the list."),
    ),
    (
        "address-taken assets-missing card-malformed database-url demo-folder demo-node"
        " demo-step demo-waited directory-broken directory-empty directory-not-pinned"
        " directory-pinned export-unsafe export-wrong file-exists file-unreadable"
        " file-unwritable folder-held keys-damaged keys-exist keys-missing keys-not-protected"
        " keys-too-open kind-missing listing-malformed lock-malformed node-exists node-missing"
        " node-running opening-key-malformed origin-insecure origin-malformed passphrase-empty"
        " passphrase-file passphrase-needed passphrase-wrong peer-address policy-invalid"
        " postgres-old postgres-setting schema-newer secret-as-argument settings settings-differ"
        " settings-file sqlite-setting sqlite-unsafe storage-unusable",
        N_("The node is not set up as it must be."),
        _OPERATOR,
    ),
)
"""Codes, apart by spaces, and what they mean."""


def _read() -> Iterator[tuple[str, Meaning]]:
    for codes, told, next_step in _SAID:
        for code in codes.split():
            yield code, Meaning(told, next_step)


MEANINGS: Mapping[str, Meaning] = dict(_read())
