"""Parcels: what travels between nodes, signed inside and encrypted outside, by whatever carrier.

`seal` and `open_` do both halves: `manifest` is the inside, `wrapping` the outside. What `open_`
returns was sealed to this node by the named sender for this federation, and is complete. It may
still be old or a repetition: effects hang on the ids of records, never on parcels. Every record
inside is still to be verified by its own author's signature.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from comity import errors
from comity.exchange import compression, manifest, wrapping
from comity.exchange.contents import Parcel
from comity.records import envelope
from comity.records.ids import AuthorityId, MatterId


@dataclass(frozen=True, slots=True)
class Sealed:
    """A parcel for a carrier, and the digest that its receipt will name."""

    data: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified parcel, and the digest of what its sender signed: what the receipt names."""

    parcel: Parcel
    digest: str


def seal(
    parcel: Parcel,
    signer: envelope.Signer,
    recipients: Sequence[wrapping.Recipient],
    *,
    entropy: wrapping.Entropy = os.urandom,
) -> Sealed:
    """Sign `parcel` and encrypt it to `recipients`, who must be the authorities that it names.

    Sealing twice gives two different files with the same digest. `Invalid` if a limit is broken.
    """
    if signer.authority != parcel.sender:
        raise errors.Invalid(
            "parcel-sender", f"{signer.authority} cannot sign what {parcel.sender} is said to send"
        )
    if [recipient.authority for recipient in recipients] != list(parcel.recipients):
        raise errors.Invalid(
            "parcel-recipients", "it must be sealed to exactly the authorities that it names"
        )
    addresses = [
        manifest.Address(authority=recipient.authority, key=recipient.key_id)
        for recipient in recipients
    ]
    body, digest = manifest.write(parcel, addresses, signer)
    return Sealed(wrapping.wrap(compression.compress(body), recipients, entropy=entropy), digest)


def open_(
    data: bytes,
    opener: wrapping.Opener,
    keyring: envelope.Keyring,
    *,
    federation: MatterId,
) -> Opened:
    """The parcel in `data`, if it was sealed to `opener` by a sender in `keyring`.

    1. Bounds and form of the outside; decrypt (`Invalid`, `Refused`, `Unverified`).
    2. Expand within the bound; read the signed manifest (`Invalid`).
    3. The sender it names has signed it (`Unverified`). Nothing said inside counts before this.
    4. It was made for this federation and for this key of this node (`Refused`): a parcel for
       somebody else, encrypted again and sent on, ends here.
    5. Every section is the one that was signed (`Unverified`).
    """
    # (1)
    body = wrapping.unwrap(data, opener)

    # (2)
    signed = manifest.read(compression.expand(body))
    said = signed.manifest

    # (3)
    envelope.verify(signed.envelope, keyring.keys_of(said.sender))

    # (4)
    if said.federation != federation:
        raise errors.Refused(
            "other-federation",
            f"{said.sender} made it for federation {said.federation}, and this is {federation}",
            next_step="Give it to the node of that federation.",
        )
    if not any(_is(address, opener.authority, opener.key_id) for address in said.recipients):
        raise errors.Refused(
            "not-addressed-here",
            f"{said.sender} signed this parcel for others than {opener.key_id}",
            next_step="Tell the sender's operator: somebody passed it on.",
        )

    # (5)
    return Opened(manifest.parcel_of(signed), signed.envelope.digest)


def _is(address: manifest.Address, authority: AuthorityId, key_id: str) -> bool:
    return address.authority == authority and address.key == key_id
