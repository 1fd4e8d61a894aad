"""Every subject that this version knows. A new subject is one file and one line here."""

from comity.matters import access, cases, directory, evidence, matches, reports, requests, staff
from comity.records import kinds

REGISTRY = kinds.Registry(
    (
        *access.KINDS,
        *cases.KINDS,
        *directory.KINDS,
        *evidence.KINDS,
        *matches.KINDS,
        *reports.KINDS,
        *requests.KINDS,
        *staff.KINDS,
    )
)
