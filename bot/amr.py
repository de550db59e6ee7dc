"""AMR, as WeChat sends voice messages, written anew as MP3: a process of its own, see bot.sound.

It imports nothing of ours, and the decoder only here.
"""

import io
import resource
import sys

PROCESSOR_SECONDS = 20
LONGEST = 600
"""Seconds of sound: WeChat's messages have 60, and what is longer is kept as it came."""
_MEMORY = 1024 * 1024 * 1024
_BITS, _RATE = 32_000, 16_000


def written_anew(content: bytes) -> bytes:
    """Raises whatever the decoder raises for what is no AMR."""
    import av  # noqa: PLC0415 - 30 MB: only ever in the short process

    # Their own decoder: FFmpeg's knows no pauses, in which a phone sends nothing.
    name = "libopencore_amrwb" if content.startswith(b"#!AMR-WB") else "libopencore_amrnb"
    decoder = av.CodecContext.create(name, "r")
    assert isinstance(decoder, av.AudioCodecContext)  # noqa: S101 - both are
    decoder.layout = "mono"
    made = io.BytesIO()
    with (
        av.open(io.BytesIO(content), "r", format="amr") as heard,
        av.open(made, "w", format="mp3") as written,
    ):
        stream = written.add_stream("libmp3lame", rate=_RATE)
        stream.bit_rate, stream.layout = _BITS, "mono"
        samples = 0
        for frame in (one for packet in heard.demux(audio=0) for one in decoder.decode(packet)):
            samples += frame.samples
            if samples > LONGEST * frame.sample_rate:
                raise ValueError("longer than any voice message")
            written.mux(stream.encode(frame))
        if not samples:
            raise ValueError("no sound")
        written.mux(stream.encode(None))
    return made.getvalue()


def main() -> int:
    """Standard input to standard output, with all that it may take."""
    for what, most in (
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (most, most))
    sys.stdout.buffer.write(written_anew(sys.stdin.buffer.read()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
