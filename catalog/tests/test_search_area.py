"""Distances and boxes, against a model that knows no shortcuts."""

from math import acos, cos, isclose, pi, radians, sin

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.search_area import EARTH_RADIUS_KM, Place, box_around, km_between

PLACES = st.builds(Place, st.floats(-90, 90, width=32), st.floats(-180, 180, width=32))
POLE = Place(90.0, 0.0)
FIJI, SAMOA = Place(-18.14, 178.44), Place(-13.76, -172.1)


def angle_between(one: Place, other: Place) -> float:
    """By the dot product of the two places as vectors in space: exact for all but close places."""
    x1, y1, z1 = _vector(one)
    x2, y2, z2 = _vector(other)
    return acos(max(-1.0, min(1.0, x1 * x2 + y1 * y2 + z1 * z2)))


def _vector(place: Place) -> tuple[float, float, float]:
    north, east = radians(place.latitude), radians(place.longitude)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def test_a_quarter_of_the_earth_and_a_walk_through_town() -> None:
    assert isclose(km_between(POLE, Place(0.0, 50.0)), EARTH_RADIUS_KM * pi / 2)
    assert round(km_between(Place(22.552, 88.352), Place(22.58, 88.415)), 1) == 7.2
    assert km_between(FIJI, FIJI) == 0


@settings(max_examples=100, deadline=None)
@given(one=PLACES, other=PLACES)
def test_distances_are_those_of_the_model(one: Place, other: Place) -> None:
    assert isclose(km_between(one, other), EARTH_RADIUS_KM * angle_between(one, other), abs_tol=0.5)


@settings(max_examples=200, deadline=None)
@given(centre=PLACES, other=PLACES, radius_km=st.floats(0.1, 1_000))
@example(centre=FIJI, other=SAMOA, radius_km=1_200.0)
@example(centre=Place(89.9, 0.0), other=Place(89.9, 180.0), radius_km=50.0)
@example(centre=Place(0.0, 180.0), other=Place(0.0, -180.0), radius_km=1.0)
def test_what_is_near_is_in_the_box(centre: Place, other: Place, radius_km: float) -> None:
    box = box_around(centre, radius_km)

    assert box.holds(centre)
    assert box.holds(other) or km_between(centre, other) > radius_km


@settings(max_examples=100, deadline=None)
@given(centre=PLACES, radius_km=st.floats(1, 500), share=st.floats(0, 1), bearing=st.floats(0, 2 * pi))
def test_whoever_walks_from_the_centre_stays_in_the_box(
    centre: Place, radius_km: float, share: float, bearing: float
) -> None:
    # A short way in one direction, on a plane: shorter on the sphere than what was meant.
    step = share * radius_km * 0.9 / EARTH_RADIUS_KM
    latitude = centre.latitude + step * cos(bearing) * 180 / pi
    if abs(latitude) >= 80:
        return
    longitude = centre.longitude + step * sin(bearing) / cos(radians(latitude)) * 180 / pi * 0.9
    there = Place(latitude, (longitude + 180) % 360 - 180)

    assert box_around(centre, radius_km).holds(there) or km_between(centre, there) > radius_km


@pytest.mark.django_db
def test_the_database_measures_as_we_do() -> None:
    pairs = [(FIJI, SAMOA), (POLE, FIJI), (FIJI, FIJI), (Place(0.0, 180.0), Place(0.0, -180.0))]
    pairs += [
        (Place(float(lat), float(lng)), Place(lng / 2, lat * 1.5))
        for lat in range(-90, 91, 30)
        for lng in range(-180, 181, 60)
    ]
    columns = [[getattr(pair[n], name) for pair in pairs] for n in (0, 1) for name in ("latitude", "longitude")]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT catalog_km_between(a, b, c, d) FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])"
            " WITH ORDINALITY AS pair (a, b, c, d, n) ORDER BY n",
            columns,
        )
        measured = [row[0] for row in cursor.fetchall()]

    assert measured == [pytest.approx(km_between(*pair), abs=1e-3) for pair in pairs]
