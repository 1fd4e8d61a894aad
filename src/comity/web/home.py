"""The start page: what waits for the officer. Empty until the pages about cases fill it."""

from fastapi import APIRouter
from starlette.responses import Response

from comity.web.page import Signed

router = APIRouter()


@router.get("/")
def home(page: Signed) -> Response:
    """Nothing waits yet; say what will appear here."""
    return page.draw("home.html")
