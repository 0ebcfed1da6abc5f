"""Settings by topic, all driven by environment variables (see `.env.example`).

`ENVIRONMENT` says which of three worlds this is: development (the default, what `bin/run` starts), test or production.
What production must not start with is refused by the system checks in `config/checks.py`.
"""

from config.settings.api import *
from config.settings.backoffice import *
from config.settings.base import *
from config.settings.data import *
from config.settings.logs import *
from config.settings.messaging import *
from config.settings.payments import *
from config.settings.security import *
from config.settings.sign_in import *
from config.settings.telegram import *
