"""What people call the channels."""

from bot.i18n import Text, _, verbatim

CHANNEL_NAMES: dict[str, Text] = {
    "web": _("web chat"),
    "telegram": verbatim("Telegram"),
    "wechat": _("WeChat"),
    "terminal": _("terminal"),
    "": _("no chat"),
}
