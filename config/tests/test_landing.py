"""The page at `/` and the pages one sees when something is wrong."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from common.tests.pages import EXTERNAL, INLINE


@pytest.mark.django_db
def test_the_landing_page_asks_nothing_of_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        page = client.get("/")

    assert page.status_code == 200
    assert "session" not in page.cookies


def test_it_links_to_everything_there_is(client: Client) -> None:
    page = client.get("/").content.decode()

    for path in ("/api/docs", "/api/redoc", "/api/v1/schema", "/admin/", "/health", "/api/v1/health"):
        assert f'href="{path}"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/nothing-here"])
def test_no_page_fetches_from_elsewhere_or_runs_inline_code(client: Client, path: str) -> None:
    page = client.get(path).content.decode()

    assert not EXTERNAL.search(page)
    assert not INLINE.search(page)


def test_outside_the_back_office_the_policy_allows_nothing_inline(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
def test_inside_the_back_office_scripts_still_come_from_files_only(client: Client) -> None:
    policy = client.get("/admin/login/").headers["Content-Security-Policy"]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self' 'unsafe-eval'"
    assert directives["style-src"] == "'self' 'unsafe-inline'"
    assert directives["form-action"] == "'self'"


def test_other_verbs_are_refused(client: Client) -> None:
    assert client.post("/").status_code == 405


@pytest.mark.django_db
def test_what_is_not_there_is_a_page_that_stands_alone(client: Client) -> None:
    page = client.get("/nothing-here")

    assert page.status_code == 404
    assert "There is nothing here" in page.content.decode()
    assert "/static/" not in page.content.decode()


def test_a_form_without_its_token_is_told_so_on_a_page_of_ours(settings: Settings) -> None:
    page = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a"})

    assert page.status_code == 403
    assert "The form went stale" in page.content.decode()
