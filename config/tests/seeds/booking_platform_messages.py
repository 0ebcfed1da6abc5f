"""The booking platform's inbox and its switches, in camelCase."""

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage import an_inbox

ENTRY = {"id": ..., "type": ..., "title": ..., "message": ..., "data": ..., "isRead": ..., "createdAt": ...}

REQUESTS = [
    Printed(
        call="GET /notifications",
        camel=True,
        given=an_inbox,
        told={"success": ..., "data": {"notifications": [ENTRY], "unreadCount": ...}},
    ),
    Printed(call="PUT /notifications/{notification}/read", camel=True, given=an_inbox, told={"success": ...}),
    Printed(call="PUT /notifications/mark-all-read", camel=True, given=an_inbox, told={"success": ...}),
    Printed(
        call="POST /notifications/preferences",
        camel=True,
        sends={
            "email": {"bookingConfirmations": True, "reminders": True, "promotions": False},
            "push": {"bookingConfirmations": True, "reminders": True, "messages": True},
            "telegram": {"bookingConfirmations": True, "reminders": True},
        },
        told={"success": ...},
    ),
]
