"""WeChat's crypto and XML: the official vectors, and wechatpy as an implementation not ours."""

import base64
import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import wechatpy.crypto
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import wechat_crypto, wechat_xml
from bot.channels.wechat_crypto import Cryptor, Undecipherable, is_signed, key_of, signature
from bot.channels.wechat_xml import Unreadable, read

VECTORS = json.loads((Path(__file__).parent / "data" / "wechat_vectors.json").read_text())
FULL = os.environ.get("PROVE") == "1"
QUICK = settings(max_examples=2000 if FULL else 150, deadline=None)
KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
APP = "wx49f0ab532d5d035a"


def of(kind: str) -> list[object]:
    return [pytest.param(one, id=one["id"]) for one in VECTORS if one["kind"] == kind]


@pytest.mark.parametrize("vector", of("signature"))
def test_official_signatures(vector) -> None:
    signed = (vector["token"], vector["timestamp"], vector["nonce"])
    assert signature(*signed) == vector["signature"]
    assert is_signed(vector["signature"], *signed)
    for wrong in ("", vector["signature"][:-1], vector["signature"].upper(), "é" * 40, "\ud800"):
        assert not is_signed(wrong, *signed)


@pytest.mark.parametrize("vector", of("decrypt"))
def test_official_messages_are_read(vector) -> None:
    cryptor = Cryptor((vector["aes_key"],), vector["appid"])
    assert cryptor.decrypt(vector["encrypt"]).decode() == vector["plaintext"]
    signed = (vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    if "msg_signature" in vector:
        assert is_signed(vector["msg_signature"], *signed)
    other = "signature_do_not_use" if "signature_do_not_use" in vector else "signature"
    if other in vector:
        assert not is_signed(vector[other], *signed), "it does not cover the body"


@pytest.mark.parametrize("vector", of("encrypt"))
def test_official_answers_are_written(vector) -> None:
    cryptor = Cryptor((vector["aes_key"],), vector["appid"])
    sealed = cryptor.encrypt(vector["plaintext"].encode(), vector["random"].encode())
    assert sealed == vector["encrypt"]
    if "msg_signature" in vector:
        signed = (vector["token"], vector["timestamp"], vector["nonce"], sealed)
        assert signature(*signed) == vector["msg_signature"]


@QUICK
@given(st.text(max_size=800), st.text(alphabet="abc123", min_size=1, max_size=10))
def test_another_implementation_reads_what_we_write_and_we_what_it_writes(text, nonce) -> None:
    ours = Cryptor((KEY,), APP)
    theirs = wechatpy.crypto.WeChatCrypto("token", KEY, APP)
    message = f"<xml>{wechat_xml.cdata(text)}</xml>"
    written = theirs.encrypt_message(message, nonce, 1_411_443_780)
    fields = read(written.encode())
    assert ours.decrypt(fields["Encrypt"]) == message.encode()
    assert signature("token", "1411443780", nonce, fields["Encrypt"]) == fields["MsgSignature"]
    sealed = ours.encrypt(message.encode())
    signed = signature("token", "1411443780", nonce, sealed)
    body = wechat_xml.sealed_answer(sealed, signed, "1411443780", nonce)
    assert theirs.decrypt_message(body, signed, "1411443780", nonce) == message.encode().decode()


def broken(change) -> str:
    sealed = bytearray(base64.b64decode(Cryptor((KEY,), APP).encrypt(b"<xml></xml>")))
    return base64.b64encode(change(sealed)).decode()


def forged(plain: bytes) -> str:
    """With the right key, but not as the platform writes it."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = key_of(KEY)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "not base64!",
        "é",
        "AAAA",
        broken(lambda sealed: sealed[:-1]),
        broken(lambda sealed: bytes([sealed[0] ^ 1]) + sealed[1:]),
        broken(lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1])),
        Cryptor((KEY,), "wxother").encrypt(b"<xml></xml>"),
        forged(b"r" * 16 + (10_000).to_bytes(4, "big") + b"x" * 11 + b"\x01"),
        forged(b"x" * 31 + b"\x00"),
        forged(b"x" * 31 + b"\x21"),
        forged(b"\x20" * 32),
        forged(b"r" * 15 + b"\x11" * 17),
    ],
)
def test_what_is_not_theirs_is_undecipherable(sealed: str) -> None:
    with pytest.raises(Undecipherable):
        Cryptor((KEY,), APP).decrypt(sealed)


@QUICK
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode()))
def test_nothing_else_is_raised(sealed: str) -> None:
    with pytest.raises(Undecipherable):
        Cryptor((KEY,), APP).decrypt(sealed)


def test_two_keys_open_while_a_new_one_is_introduced() -> None:
    old, new = "A" * 43, KEY
    sealed = Cryptor((old,), APP).encrypt("旧的".encode())
    assert Cryptor((new, old), APP).decrypt(sealed).decode() == "旧的"
    assert Cryptor((new,), APP).decrypt(Cryptor((new, old), APP).encrypt(b"x")) == b"x"


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "é"])
def test_no_key(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        key_of(key)


# --- XML


def test_a_message_by_its_fields() -> None:
    body = (
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><CreateTime>1</CreateTime>"
        "<SubscribeMsgPopupEvent><List><TemplateId>a</TemplateId></List>"
        "<List><TemplateId>b</TemplateId></List></SubscribeMsgPopupEvent><Empty/></xml>"
    )
    assert read(body.encode()) == {
        "ToUserName": "gh_1",
        "CreateTime": "1",
        "SubscribeMsgPopupEvent/List/TemplateId": "a",
        "SubscribeMsgPopupEvent/List.2/TemplateId": "b",
        "Empty": "",
    }


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><A>&b;</A></xml>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"<xml>",
        b"<xml><A>1</A>",
        b"<html><A>1</A></html>",
        b"<xml><A>1</A></xml><xml/>",
        b"<xml><Encrypt>1</Encrypt><Encrypt>2</Encrypt></xml>",
        b"<xml><A><B/></A><A>x</A></xml>",
        b"<xml>" + b"<a>" * 10 + b"</a>" * 10 + b"</xml>",
        b"<xml>" + b"".join(b"<a%d/>" % at for at in range(300)) + b"</xml>",
        b"<xml><A>" + b"x" * 70_000 + b"</A></xml>",
        BOMB.encode(),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><A>1</A></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><A>&a;</A></xml>',
        b"<!DOCTYPE xml><xml><A>1</A></xml>",
        b"<?php x ?><xml><A>1</A></xml>",
        b"<xml><A>&unknown;</A></xml>",
        b"<xml><A>\xff\xfe</A></xml>",
        b'{"FromUserName": "x"}',
    ],
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


@QUICK
@given(st.binary(max_size=300) | st.text(alphabet='<>/xmlA![]CDT&;" ', max_size=80).map(str.encode))
def test_nothing_but_unreadable_is_raised(body: bytes) -> None:
    try:
        fields = read(body)
    except Unreadable:
        return
    assert all(isinstance(value, str) for value in fields.values())


ANY = st.text(max_size=300) | st.text(alphabet="]>[<!&CDATA", max_size=40)


@QUICK
@given(ANY, st.text(alphabet="abc_-1]>", max_size=20))
def test_no_words_can_add_a_field_to_an_answer(words: str, name: str) -> None:
    """']]>' in a text injects XML into what wechatpy builds; into ours it must not."""
    told = wechat_xml.text_answer(name, "gh_1", 7, words)
    root = ET.fromstring(told)
    assert [one.tag for one in root] == [
        "ToUserName", "FromUserName", "CreateTime", "MsgType", "Content",
    ]  # fmt: skip
    kept = wechat_xml._NOT_XML.sub("", words)
    assert (root.findtext("Content") or "") == kept
    assert root.findtext("MsgType") == "text"
    assert read(told.encode())["Content"] == kept


def test_the_hole_that_we_do_not_have() -> None:
    """Why wechatpy answers nobody here: this must go on failing there, or the note is old."""
    from wechatpy.replies import TextReply

    evil = "]]></Content><MsgType><![CDATA[image]]></MsgType><Content><![CDATA["
    theirs = TextReply(content=evil, source="a", target="b").render()
    assert len(ET.fromstring(theirs)) > 5
    assert len(ET.fromstring(wechat_xml.text_answer("a", "b", 1, evil))) == 5


def test_a_signature_is_compared_in_constant_time(monkeypatch) -> None:
    called = []
    real = wechat_crypto.hmac.compare_digest
    monkeypatch.setattr(
        wechat_crypto.hmac, "compare_digest", lambda *two: called.append(1) or real(*two)
    )
    assert not is_signed("x", "a", "b")
    assert called
