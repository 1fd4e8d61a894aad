"""Stating for what purpose the rest of this session's work is done."""

from fastapi import APIRouter
from starlette.responses import Response

from comity.web import purposes
from comity.web.forms import entries
from comity.web.i18n import N_
from comity.web.origin import own_path
from comity.web.page import Signed

PATH = "/purpose"
STATED = "purpose-stated"
NOTICES = {STATED: N_("Your purpose is stated. It is kept with everything you read and do.")}

router = APIRouter()


@router.post(PATH)
def state(page: Signed) -> Response:
    """Keep the purpose and go back to where it was stated."""
    response = page.see(own_path(entries.text(page.form, "next")) or "/", notice=STATED)
    purposes.state(page, response, entries.text(page.form, "purpose"))
    return response
