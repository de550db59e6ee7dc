"""The platform's XML, read without trust and written without holes. Pure.

Read with expat itself: no declarations of types or entities, no processing instructions, few
levels, few elements. A field is text, or a list of fields (as in SubscribeMsgPopupEvent).
"""

import re
from xml.parsers import expat

LARGEST = 64 * 1024
"""Bytes: the platform's own messages have a few thousand."""
DEEPEST = 6
MOST_ELEMENTS = 200

Fields = dict[str, str]

_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


class Unreadable(ValueError):
    """Not a message of the platform's."""


def read(body: bytes) -> Fields:
    """The fields under the root, by name; below that by path: 'ScanCodeInfo/ScanType'.

    Of elements that stand several times at the second level or deeper, the path gets a number:
    'SubscribeMsgPopupEvent/List', '…/List.2'. Twice at the first level is refused: which of two
    senders, or of two ciphertexts, would be meant? Raises Unreadable.
    """
    if len(body) > LARGEST:
        raise Unreadable("too large")
    reader = _Reader()
    parser = expat.ParserCreate(encoding="UTF-8")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    parser.ProcessingInstructionHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat takes no names
    except expat.ExpatError as error:
        raise Unreadable(f"no XML: {expat.ErrorString(error.code)}") from None
    return reader.fields


class _Reader:
    def __init__(self) -> None:
        self.fields: Fields = {}
        self._path: list[str] = []
        self._words: list[list[str]] = []
        self._parents: set[str] = set()
        self._elements = 0

    def refuse(self, *_given: object) -> None:
        raise Unreadable("declares types or entities")

    def start(self, name: str, _attributes: object) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._path) >= DEEPEST:
            raise Unreadable("too many elements, or too deep")
        if not self._path and name != "xml":
            raise Unreadable("its root is not xml")
        parent = "/".join(self._path[1:])
        step = f"{parent}/{name}" if parent else name
        times = 1
        while step in self.fields or step in self._parents:
            times += 1
            step = f"{parent}/{name}.{times}" if parent else f"{name}.{times}"
        if times > 1 and len(self._path) == 1:
            raise Unreadable("a field stands twice")
        if self._path:
            self._parents.add(parent)
            # Reserved at once, so that a second one of that name gets a number.
            self.fields[step] = ""
        self._path.append(step.rpartition("/")[2] if self._path else name)
        self._words.append([])

    def text(self, words: str) -> None:
        if self._words:
            self._words[-1].append(words)

    def end(self, _name: str) -> None:
        words = "".join(self._words.pop())
        path = "/".join(self._path[1:])
        self._path.pop()
        if not path:
            return
        if path in self._parents:
            del self.fields[path]
        else:
            self.fields[path] = words


def cdata(words: str) -> str:
    """Words as they are: ']]>' ends one section and goes on in the next."""
    shown = _NOT_XML.sub("", words)
    return f"<![CDATA[{shown.replace(']]>', ']]]]><![CDATA[>')}]]>"


def text_answer(to: str, sender: str, at: int, words: str) -> str:
    """A passive answer of text; `at` in seconds since 1970."""
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName>"
        f"<FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>{cdata('text')}</MsgType>"
        f"<Content>{cdata(words)}</Content></xml>"
    )


def sealed_answer(encrypted: str, signature: str, timestamp: str, nonce: str) -> str:
    """An encrypted answer."""
    return (
        f"<xml><Encrypt>{cdata(encrypted)}</Encrypt>"
        f"<MsgSignature>{cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
    )
