"""The conversation in a terminal: no buttons, numbers lead to every choice."""

from collections.abc import Callable, Sequence

from aiohttp.web import AbstractRouteDef

from bot.channels import drawing
from bot.channels.base import NOTHING_COUNTED, Capabilities, Payload, Refused
from bot.i18n import Translator
from bot.messages import Address, Attachment, IncomingMessage, Reply


class Terminal:
    """`doorstep chat`."""

    name = "terminal"
    trouble = ""
    counts = NOTHING_COUNTED
    capabilities = Capabilities(
        max_text=4_000, text_unit="characters", max_buttons=0, proactive=True
    )

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    def render(self, reply: Reply, translator: Translator) -> Sequence[Payload]:
        texts = drawing.messages(reply, translator, self.capabilities)
        return [{"text": text} for text in texts]

    def decode(self, raw: Payload) -> IncomingMessage | None:
        raise ValueError("lines are read by the command")

    async def send(self, to: Address, payload: Payload) -> str:
        self._show(f"{payload['text']}\n")
        return ""

    async def fetch(self, attachment: Attachment) -> bytes:
        raise Refused("a terminal sends no files")

    def routes(self) -> Sequence[AbstractRouteDef]:
        return ()

    async def run(self) -> None:
        """Nothing to wait for."""

    async def close(self) -> None:
        """Nothing to let go."""
