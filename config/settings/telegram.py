"""The bot that people sign in with. How it talks is the bot's own business."""

from config import env

# From @BotFather, "123456789:AA…". Whoever holds it can sign anybody in.
TELEGRAM_BOT_TOKEN = env.text("TELEGRAM_BOT_TOKEN")
# The number in front of its colon. Alone it is enough for Mini Apps, whose data Telegram signs itself as well.
TELEGRAM_BOT_ID = env.whole("TELEGRAM_BOT_ID", 0, least=0, most=10**15)
# Whose signature that is: production's, or the test servers', where anybody may be anybody.
TELEGRAM_ENVIRONMENT = env.choice("TELEGRAM_ENVIRONMENT", "production", among=("production", "test"))
# Whether people are offered it. Without bot it answers 503.
TELEGRAM_SIGN_IN = env.flag("TELEGRAM_SIGN_IN", default=bool(TELEGRAM_BOT_TOKEN or TELEGRAM_BOT_ID))
