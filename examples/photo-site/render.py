"""Renders a seascape as a PNG with the standard library alone:  python3 render.py {dawn|dusk} out.png"""

import math
import random
import struct
import sys
import zlib

WIDTH, HEIGHT = 640, 427
HORIZON = int(HEIGHT * 0.55)
# Colours from the top of the sky to the horizon, then from the horizon to the shore; and where the sun stands.
SCENES = {
    "dawn": {"sky": [(38, 62, 120), (120, 130, 180), (245, 190, 150), (255, 226, 170)],
             "sea": [(222, 178, 150), (90, 110, 150), (24, 48, 84)], "sun": (0.32, 0.50, (255, 240, 205))},
    "dusk": {"sky": [(20, 18, 58), (84, 40, 104), (214, 84, 88), (255, 168, 84)],
             "sea": [(196, 104, 84), (72, 44, 92), (14, 16, 44)], "sun": (0.66, 0.52, (255, 214, 150))},
}


def blend(colours: list[tuple[int, int, int]], at: float) -> list[float]:
    """The colour at 0 (first) to 1 (last)."""
    place = min(max(at, 0.0), 0.9999) * (len(colours) - 1)
    index = int(place)
    share = place - index
    return [a + (b - a) * share for a, b in zip(colours[index], colours[index + 1])]


def render(scene: dict, chance: random.Random) -> bytes:
    """Rows of the picture as PNG wants them: a filter byte, then red, green and blue of each pixel."""
    sun_x, sun_y = scene["sun"][0] * WIDTH, scene["sun"][1] * HEIGHT
    light = scene["sun"][2]
    clouds = [(chance.uniform(0, 6.3), chance.uniform(1, 4), chance.uniform(6, 16)) for _ in range(5)]
    rows = bytearray()
    for y in range(HEIGHT):
        rows.append(0)
        depth = (y - HORIZON) / (HEIGHT - HORIZON)
        base = blend(scene["sky"], y / HORIZON) if depth < 0 else blend(scene["sea"], depth)
        for x in range(WIDTH):
            if depth < 0:
                glow = math.exp(-((x - sun_x) ** 2 + 2.2 * (y - sun_y) ** 2) / 9000)
                disc = 1.0 if (x - sun_x) ** 2 + (y - sun_y) ** 2 < 26 ** 2 else 0.0
                cloud = sum(math.sin(x / WIDTH * along * 3 + y / HEIGHT * across + start) for start, along, across in clouds)
                shine = min(1.0, 0.75 * glow + disc + 0.05 * max(0.0, cloud - 1.2))
            else:
                near = 3 + 60 * depth
                wave = (math.sin(x / near + 40 * math.sqrt(depth + 0.02)) + math.sin(x / (near * 0.37) - 70 * depth) +
                        math.sin((x + 3 * y) / (near * 0.71)))
                path = math.exp(-((x - sun_x) / (24 + 220 * depth)) ** 2)
                shine = min(1.0, max(0.0, 0.10 * wave + path * (0.25 + 0.22 * wave) * (1 - 0.5 * depth)))
            grain = chance.uniform(-5, 5)
            rows.extend(int(min(255, max(0, c + (l - c) * shine + grain))) for c, l in zip(base, light))
    return bytes(rows)


def png(rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in SCENES:
        sys.exit(__doc__)
    with open(sys.argv[2], "wb") as out:
        out.write(png(render(SCENES[sys.argv[1]], random.Random(1))))
