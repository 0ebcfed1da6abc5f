"""SMS by Twilio or by MSG91. Neither takes an idempotency key, so nothing is sent a second time on suspicion."""

from typing import ClassVar

from django.conf import settings

from notifications.channels.base import Message, Permanent, Unreachable
from notifications.channels.http import answer_of, id_in, post, refuse_failure

# No such number, not a mobile, landline, unsubscribed by STOP: twilio.com/docs/api/errors
TWILIO_DEAD_NUMBERS = frozenset({21211, 21217, 21401, 21407, 21421, 21610, 21612, 21614})


class TwilioChannel:
    is_repeatable: ClassVar[bool] = False

    def send(self, message: Message) -> str:
        account = settings.TWILIO_ACCOUNT_SID
        response = post(
            f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{account}/Messages.json",
            auth=(account, settings.TWILIO_AUTH_TOKEN),
            data={"To": message.to, "From": settings.TWILIO_FROM, "Body": message.text},
        )
        answer = answer_of(response)
        if response.status_code == 400 and answer.get("code") in TWILIO_DEAD_NUMBERS:
            raise Unreachable(f"Twilio {answer['code']}")
        refuse_failure(response, code=answer.get("code", ""))
        return id_in(answer, "sid")


class Msg91Channel:
    """One approved flow whose only variable, `message`, is the whole text."""

    is_repeatable: ClassVar[bool] = False

    def send(self, message: Message) -> str:
        response = post(
            f"{settings.MSG91_API_URL}/api/v5/flow",
            headers={"authkey": settings.MSG91_AUTH_KEY},
            json={
                "template_id": settings.MSG91_TEMPLATE_ID,
                "short_url": "0",
                "recipients": [{"mobiles": message.to.removeprefix("+"), "message": message.text}],
            },
        )
        answer = answer_of(response)
        refuse_failure(response, code=answer.get("code", ""))
        if answer.get("type") != "success":
            # MSG91 answers 200 to what it refuses, and explains in words that quote the number.
            raise Permanent(f"MSG91 code {str(answer.get('code', 'unknown'))[:40]}")
        return id_in(answer, "message")
