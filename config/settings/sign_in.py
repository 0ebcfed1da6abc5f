"""Codes to telephones and links to mailboxes. How many and for how long are platform settings."""

from config import env
from config.settings.base import PUBLIC_URL

# Countries whose numbers are sent codes, by their ISO codes; none named: all. Whoever serves one country names it.
OTP_COUNTRIES = [country.upper() for country in env.words("OTP_COUNTRIES")]
# To any ten thousand numbers that differ in their last four digits only, in any hour.
OTP_PER_BLOCK_HOUR = env.whole("OTP_PER_BLOCK_HOUR", 30, least=1, most=10_000)
# To all numbers together, in any 24 hours: what a flood may cost at most.
OTP_PER_DAY = env.whole("OTP_PER_DAY", 10_000, least=1, most=1_000_000)

# The page that takes a new password; the token is put behind a #.
PASSWORD_RESET_URL = env.url("PASSWORD_RESET_URL", f"{PUBLIC_URL}/reset-password", schemes=("http", "https"))
