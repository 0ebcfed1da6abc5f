"""E-mail by whatever `EMAIL_BACKEND` names: SMTP, or one of django-anymail's."""

import smtplib
from typing import Any, ClassVar
from urllib.parse import urlsplit

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from notifications.channels.base import Message, OutcomeUnknown, Permanent, Temporary, Unreachable


class EmailChannel:
    # A mail that is sent twice is shown twice, though both bear the same Message-ID.
    is_repeatable: ClassVar[bool] = False

    def send(self, message: Message) -> str:
        mail = _mail(message)
        with _Opened() as connection:
            mail.connection = connection
            _send(mail)
        return _provider_id(mail)


class _Opened:
    """A connection that is opened before the mail is handed to it: until then nothing can have been sent."""

    def __enter__(self) -> Any:
        self.connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
        try:
            self.connection.open()
            self._greet()
        except (OSError, smtplib.SMTPException) as error:
            raise Temporary(f"not reached: {type(error).__name__}") from None
        return self.connection

    def _greet(self) -> None:
        """A server that hangs up at the greeting has no mail in its hands yet; Django greets with the first mail."""
        server = getattr(self.connection, "connection", None)
        if isinstance(server, smtplib.SMTP):
            server.ehlo_or_helo_if_needed()

    def __exit__(self, *error: object) -> None:
        self.connection.close()


def _mail(message: Message) -> EmailMultiAlternatives:
    # Named after the delivery, so mailboxes that compare ids fold a repeated mail into one.
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{message.delivery_id}@{host}>", "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(
        message.title, message.text, settings.DEFAULT_FROM_EMAIL, [message.to], headers=headers
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    for file in message.attachments:
        mail.attach(file.name, file.content, file.mime_type)
    return mail


def _send(mail: EmailMultiAlternatives) -> None:
    """Turns the errors of SMTP and of anymail into ours. None of their texts is kept: they quote the address."""
    try:
        mail.send()
    except (AnymailRecipientsRefused, smtplib.SMTPRecipientsRefused) as error:
        raise _refused(error) from None
    except smtplib.SMTPResponseException as error:
        failure = Temporary if 400 <= error.smtp_code < 500 else Permanent
        raise failure(f"SMTP {error.smtp_code}") from None
    except AnymailAPIError as error:
        raise _api_failure(error) from None
    except AnymailError as error:
        raise Permanent(type(error).__name__) from None
    except (OSError, smtplib.SMTPException) as error:
        raise OutcomeUnknown(f"no answer: {type(error).__name__}") from None


def _refused(error: AnymailRecipientsRefused | smtplib.SMTPRecipientsRefused) -> Temporary | Unreachable:
    replies = error.recipients.values() if isinstance(error, smtplib.SMTPRecipientsRefused) else ()
    codes = [code for code, _text in replies]
    # 4xx is a full mailbox or greylisting, which pass.
    if codes and all(400 <= code < 500 for code in codes):
        return Temporary(f"SMTP {codes[0]}")
    return Unreachable(f"recipient refused, SMTP {codes[0]}" if codes else "recipient refused")


def _api_failure(error: AnymailAPIError) -> Temporary | Permanent | OutcomeUnknown:
    status = error.status_code
    if status is None:
        return OutcomeUnknown("no answer")
    if status in {401, 403, 408, 429} or status >= 500:
        return Temporary(f"status {status}")
    return Permanent(f"status {status}")


def _provider_id(mail: Any) -> str:
    status = getattr(mail, "anymail_status", None)
    return str(getattr(status, "message_id", None) or mail.extra_headers["Message-ID"])[:200]
