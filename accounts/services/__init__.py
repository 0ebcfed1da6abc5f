"""What is done to people, and by whom."""

from accounts.services.addresses import add_address, change_address, delete_address, set_default_address
from accounts.services.avatars import remove_avatar, set_avatar
from accounts.services.blocking import block_user, unblock_user
from accounts.services.codes import deliver_codes, send_code, use_code
from accounts.services.erasing import erase_account
from accounts.services.forgetting import forget_sign_ins
from accounts.services.known_people import NewClient, register_client, remember_sign_in
from accounts.services.passwords import ask_for_link, change_password, exchange_code, mail_links, reset_password
from accounts.services.profile import change_profile, save_correction
from accounts.services.register import NewPerson, join, register, verify_phone
from accounts.services.second_factor import require_second_factor, reset_second_factor
from accounts.services.service_accounts import (
    NewKey,
    accept_once,
    add_key,
    forget_spent_keys,
    note_use,
    revoke_keys,
    rotate_key,
    signing_secret,
)
from accounts.services.sessions import end_session, end_session_of, end_sessions
from accounts.services.sign_in import (
    SignedIn,
    person_with_password,
    sign_in_with_code,
    sign_in_with_password,
    start_session,
)
from accounts.services.telegram import sign_in_with_app, sign_in_with_widget
from accounts.services.tokens import Tokens, access_token, first_tokens, refresh_tokens
from accounts.services.warnings import WaysIn, warn_of_copied_token, warn_of_moved_ways_in, ways_in_of

__all__ = [
    "NewClient",
    "NewKey",
    "NewPerson",
    "SignedIn",
    "Tokens",
    "WaysIn",
    "accept_once",
    "access_token",
    "add_address",
    "add_key",
    "ask_for_link",
    "block_user",
    "change_address",
    "change_password",
    "change_profile",
    "delete_address",
    "deliver_codes",
    "end_session",
    "end_session_of",
    "end_sessions",
    "erase_account",
    "exchange_code",
    "first_tokens",
    "forget_sign_ins",
    "forget_spent_keys",
    "join",
    "mail_links",
    "note_use",
    "person_with_password",
    "refresh_tokens",
    "register",
    "register_client",
    "remember_sign_in",
    "remove_avatar",
    "require_second_factor",
    "reset_password",
    "reset_second_factor",
    "revoke_keys",
    "rotate_key",
    "save_correction",
    "send_code",
    "set_avatar",
    "set_default_address",
    "sign_in_with_app",
    "sign_in_with_code",
    "sign_in_with_password",
    "sign_in_with_widget",
    "signing_secret",
    "start_session",
    "unblock_user",
    "use_code",
    "verify_phone",
    "warn_of_copied_token",
    "warn_of_moved_ways_in",
    "ways_in_of",
]
