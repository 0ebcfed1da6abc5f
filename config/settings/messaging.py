"""How messages leave: a provider for each channel, and what it asks for.

Development and the demo write every message to a page of the back office. Production sends mail by SMTP, and has the
other channels only where a provider is named.
"""

from config import env
from config.settings.base import PRODUCTION

_EMAIL_BACKENDS = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "sendgrid": "anymail.backends.sendgrid.EmailBackend",
    "postmark": "anymail.backends.postmark.EmailBackend",
    "brevo": "anymail.backends.brevo.EmailBackend",
    "mailgun": "anymail.backends.mailgun.EmailBackend",
}
_OUTBOX = "notifications.channels.outbox.OutboxChannel"
_EMAIL = dict.fromkeys(_EMAIL_BACKENDS, "notifications.channels.email.EmailChannel") | {"outbox": _OUTBOX}
_SMS = {
    "outbox": _OUTBOX,
    "twilio": "notifications.channels.sms.TwilioChannel",
    "msg91": "notifications.channels.sms.Msg91Channel",
}
_PUSH = {"outbox": _OUTBOX, "fcm": "notifications.channels.push.FcmChannel"}
_TELEGRAM = {"outbox": _OUTBOX, "bot": "notifications.channels.telegram.TelegramChannel"}

_ELSEWHERE = "off" if PRODUCTION else "outbox"
EMAIL_PROVIDER = env.choice("EMAIL_PROVIDER", "smtp" if PRODUCTION else "outbox", among=_EMAIL)
SMS_PROVIDER = env.choice("SMS_PROVIDER", _ELSEWHERE, among=[*_SMS, "off"])
PUSH_PROVIDER = env.choice("PUSH_PROVIDER", _ELSEWHERE, among=[*_PUSH, "off"])
TELEGRAM_PROVIDER = env.choice("TELEGRAM_PROVIDER", _ELSEWHERE, among=[*_TELEGRAM, "off"])

# Channel → the class that sends. A channel that is not in here does not exist for this platform.
NOTIFICATION_CHANNELS = {
    channel: path
    for channel, path in {
        "email": _EMAIL[EMAIL_PROVIDER],
        "sms": _SMS.get(SMS_PROVIDER),
        "push": _PUSH.get(PUSH_PROVIDER),
        "telegram": _TELEGRAM.get(TELEGRAM_PROVIDER),
    }.items()
    if path
}

EMAIL_BACKEND = _EMAIL_BACKENDS.get(EMAIL_PROVIDER, _EMAIL_BACKENDS["console"])
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.whole("EMAIL_PORT", 587, least=1, most=65_535)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
_email_security = env.choice("EMAIL_SECURITY", "starttls", among=("starttls", "tls", "none"))
EMAIL_USE_TLS = _email_security == "starttls"
EMAIL_USE_SSL = _email_security == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "Almanac <no-reply@almanac.example>")
_email_key = env.text("EMAIL_API_KEY")
ANYMAIL = {
    "SENDGRID_API_KEY": _email_key,
    "POSTMARK_SERVER_TOKEN": _email_key,
    "BREVO_API_KEY": _email_key,
    "MAILGUN_API_KEY": _email_key,
    "MAILGUN_SENDER_DOMAIN": env.text("MAILGUN_DOMAIN") or None,
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
}

TWILIO_API_URL = "https://api.twilio.com"
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN")
TWILIO_FROM = env.text("TWILIO_FROM")
MSG91_API_URL = "https://control.msg91.com"
MSG91_AUTH_KEY = env.text("MSG91_AUTH_KEY")
MSG91_TEMPLATE_ID = env.text("MSG91_TEMPLATE_ID")

FCM_API_URL = "https://fcm.googleapis.com"
FCM_SERVICE_ACCOUNT_FILE = env.text("FCM_SERVICE_ACCOUNT_FILE")

# A Bot API server of one's own has another address. The bot's token stands in telegram.py.
TELEGRAM_API_URL = env.url("TELEGRAM_API_URL", "https://api.telegram.org", schemes=("http", "https")).rstrip("/")
