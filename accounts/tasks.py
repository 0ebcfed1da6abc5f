"""What signing in leaves to the workers. Each calls one service and may run twice."""

from accounts import services
from common.queue import task


@task("accounts.deliver_codes")
def deliver_codes() -> None:
    services.deliver_codes()


@task("accounts.mail_password_links")
def mail_password_links() -> None:
    services.mail_links()


@task("accounts.forget_sign_ins")
def forget_sign_ins() -> None:
    services.forget_sign_ins()
