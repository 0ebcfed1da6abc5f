"""Swagger UI and Redoc really draw the document, under our own content security policy."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from common.tests.browser import problems_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFUSED_LOGO = "Loading the image 'https://cdn.redoc.ly/redoc/logo-mini.svg' violates"


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc"])
def test_the_page_shows_every_operation_and_the_browser_complains_of_nothing(
    page: Page,
    live_server: LiveServer,
    path: str,
) -> None:
    page.goto(live_server.url + path)

    expect(page.get_by_text("/auth/me").first).to_be_attached()
    # Menus hold the same words, folded away.
    expect(page.get_by_text("Who am I").locator("visible=true").first).to_be_visible()
    # Redoc asks a server of its own for a logo; that our policy refuses it is as it should be.
    assert [problem for problem in problems_of(page) if REFUSED_LOGO not in problem] == []
