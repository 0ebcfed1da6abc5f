"""What is offered in the demo world, by whom and where."""

from typing import NamedTuple


class DemoService(NamedTuple):
    """Price in the minor unit of its specialist's currency; the platform's services are in rupees."""

    name: str
    minutes: int
    price_minor: int


class DemoCategory(NamedTuple):
    name: str
    icon: str
    description: str
    # Those of the platform come in every tier, those of specialists as they are.
    services: tuple[DemoService, ...]
    is_platforms: bool = False


class DemoPlace(NamedTuple):
    location: str
    latitude: str
    longitude: str
    timezone: str
    currency: str
    # What a rupee price is multiplied by, in per cent, to be a plausible one here.
    price_percent: int


TIERS = (("Minimal", 100), ("Exclusive", 160), ("E-Lite", 250))

CATEGORIES = (
    DemoCategory(
        "Facial",
        "face",
        "Care for the skin, at home.",
        (DemoService("Facial", 60, 100_000), DemoService("Clean up", 45, 60_000), DemoService("Bleach", 30, 40_000)),
        is_platforms=True,
    ),
    DemoCategory(
        "Waxing",
        "spa",
        "Smooth for weeks.",
        (DemoService("Arms and legs", 60, 80_000), DemoService("Full body", 90, 150_000)),
        is_platforms=True,
    ),
    DemoCategory(
        "Hair",
        "content_cut",
        "Cut, colour and care.",
        (DemoService("Hair spa", 60, 90_000), DemoService("Hair colour", 90, 140_000)),
        is_platforms=True,
    ),
    DemoCategory(
        "Nail",
        "brush",
        "Hands and feet.",
        (DemoService("Manicure", 45, 50_000), DemoService("Pedicure", 45, 60_000)),
        is_platforms=True,
    ),
    DemoCategory(
        "Consultation",
        "forum",
        "One-on-one consultation sessions.",
        (DemoService("Business strategy consultation", 60, 150_000), DemoService("Tax consultation", 30, 90_000)),
    ),
    DemoCategory(
        "Workshop",
        "groups",
        "Half a day with a plan at its end.",
        (DemoService("Marketing strategy session", 120, 200_000), DemoService("Pitch workshop", 180, 350_000)),
    ),
    DemoCategory(
        "Coaching",
        "sports",
        "Somebody who asks the right questions.",
        (DemoService("Career coaching", 50, 120_000), DemoService("Leadership coaching", 75, 220_000)),
    ),
    DemoCategory(
        "Therapy",
        "self_improvement",
        "For body and mind.",
        (DemoService("Physiotherapy", 45, 80_000), DemoService("Deep tissue massage", 90, 160_000)),
    ),
)

PLACES = (
    DemoPlace("Park Street, Kolkata", "22.552000", "88.352000", "Asia/Kolkata", "INR", 100),
    DemoPlace("Salt Lake, Kolkata", "22.580000", "88.415000", "Asia/Kolkata", "INR", 90),
    DemoPlace("Indiranagar, Bengaluru", "12.971900", "77.641200", "Asia/Kolkata", "INR", 120),
    DemoPlace("Connaught Place, Delhi", "28.631500", "77.216700", "Asia/Kolkata", "INR", 130),
    DemoPlace("Brooklyn, New York", "40.678200", "-73.944200", "America/New_York", "USD", 8),
    DemoPlace("Shoreditch, London", "51.526500", "-0.078000", "Europe/London", "GBP", 6),
)

SPECIALISTS = (
    "Bob Chatterjee", "Ishita Bose", "John Doe", "Meera Pillai", "Zoë Lindqvist", "Arjun Kapoor", "Fatima Sheikh",
    "Daniel O'Neill", "Lakshmi Menon", "Grace Adeyemi", "Tomás García", "Ritu Malhotra", "Hannah Weiss", "Sanjay Dutta",
    "Chloé Martin", "Kabir Anand", "Nisha Verma", "Oliver Smith", "Pooja Hegde", "Rahul Banerjee", "Sara Ahmed",
    "Tanvi Joshi", "Umar Khalid", "Vera Novak", "William Chen", "Yasmin Ali", "Aditi Rao", "Bela Horváth",
    "Carmen Díaz", "Dev Mukherjee",
)  # fmt: skip

# Name, type, people it holds, place, what is there, from, to.
RESOURCES = (
    ("Conference Room A", "meeting_room", 10, "Floor 3", ("projector", "whiteboard", "video"), "09:00", "18:00"),
    ("Conference Room B", "meeting_room", 16, "Floor 3", ("projector", "whiteboard"), "09:00", "18:00"),
    ("Lotus Room", "meeting_room", 4, "Floor 1", ("screen",), "08:00", "20:00"),
    ("Banyan Room", "meeting_room", 6, "Floor 2", ("screen", "whiteboard"), "08:00", "20:00"),
    ("Board Room", "meeting_room", 20, "Floor 5", ("projector", "video", "catering"), "08:00", "22:00"),
    ("Auditorium", "venue", 120, "Ground floor", ("stage", "projector", "sound"), "08:00", "23:00"),
    ("Roof Terrace", "venue", 60, "Roof", ("bar", "sound"), "16:00", "01:00"),
    ("Window Desk", "desk", 1, "Floor 2", ("monitor",), "07:00", "21:00"),
    ("Quiet Desk", "desk", 1, "Floor 4", ("monitor", "headset"), "07:00", "21:00"),
    ("4K Projector", "equipment", 1, "Store", (), "08:00", "20:00"),
    ("Camera Kit", "equipment", 1, "Store", ("tripod", "lights"), "08:00", "20:00"),
    ("Delivery Van", "vehicle", 3, "Yard", ("tail_lift",), "06:00", "22:00"),
)  # fmt: skip
