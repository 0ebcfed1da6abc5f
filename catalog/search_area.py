"""Places on the earth, how far apart they are, and which box holds everything near one.

1. The distance is the great circle on a sphere, which is at most 0.6 % off the true one.
2. The box reaches as far north and south as the radius, and as far east and west as the circle does at its widest,
   which is nearer to the pole than its centre.
3. A circle that holds a pole has every longitude in it. One that crosses the 180th meridian has a box whose `west` is
   greater than its `east`.
"""

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
# Rounding must not cut off what lies on the edge; the distance decides there.
_MARGIN = 1e-6


@dataclass(frozen=True, slots=True)
class Place:
    """In degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    south: float
    north: float
    west: float
    east: float

    def holds(self, place: Place) -> bool:
        if not self.south <= place.latitude <= self.north:
            return False
        if self.west > self.east:
            return place.longitude >= self.west or place.longitude <= self.east
        return self.west <= place.longitude <= self.east


def km_between(one: Place, other: Place) -> float:
    """By the haversine formula, which stays exact for places that are close together."""
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    narrowing = cos(radians(one.latitude)) * cos(radians(other.latitude))
    half_chord = sin(north / 2) ** 2 + narrowing * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord)))


def box_around(centre: Place, radius_km: float) -> Box:
    """A box that holds every place within the radius."""
    reach = degrees(radius_km / EARTH_RADIUS_KM) + _MARGIN
    south, north = centre.latitude - reach, centre.latitude + reach
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), min(north, 90.0), -180.0, 180.0)
    # Neither pole is inside, so the quotient is below 1.
    sideways = degrees(asin(sin(radians(reach)) / cos(radians(centre.latitude)))) + _MARGIN
    return Box(south, north, _turned(centre.longitude - sideways), _turned(centre.longitude + sideways))


def _turned(longitude: float) -> float:
    """The same meridian between -180 and 180."""
    if longitude < -180:
        return longitude + 360
    return longitude - 360 if longitude > 180 else longitude
