"""Pictures as SVG text, without a library: bars and lines that can be read on light and on dark pages.

A picture draws its own ground in either scheme, as a page may follow another choice than the reader's system.
"""

import dataclasses
import math
from xml.sax.saxutils import escape

WIDTH = 760
STYLE = """
  .ground { fill: #ffffff; stroke: #d0d7de }
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .faint { fill: #59636e; font-size: 12px }
  .grid { stroke: #d8dee4 }
  .whisker { stroke: #1f2328; stroke-width: 1.5 }
  .ours { fill: #0969da } .floor { fill: #afb8c1 } .peer { fill: #6e7781 }
  .line { fill: none; stroke-width: 2 }
  .s0 { stroke: #0969da; fill: #0969da } .s1 { stroke: #bc4c00; fill: #bc4c00 } .s2 { stroke: #1a7f37; fill: #1a7f37 }
  .s3 { stroke: #8250df; fill: #8250df } .s4 { stroke: #bf3989; fill: #bf3989 } .s5 { stroke: #59636e; fill: #59636e }
  .s6 { stroke: #9a6700; fill: #9a6700 } .s7 { stroke: #1b7c83; fill: #1b7c83 }
  .line.s0, .line.s1, .line.s2, .line.s3, .line.s4, .line.s5, .line.s6, .line.s7 { fill: none }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d }
    text { fill: #f0f6fc } .faint { fill: #9198a1 } .grid { stroke: #2f353d }
    .whisker { stroke: #f0f6fc }
    .ours { fill: #4493f8 } .floor { fill: #4b535d } .peer { fill: #8b949e }
    .s0 { stroke: #4493f8; fill: #4493f8 } .s1 { stroke: #f0883e; fill: #f0883e }
    .s2 { stroke: #3fb950; fill: #3fb950 } .s3 { stroke: #ab7df8; fill: #ab7df8 }
    .s4 { stroke: #db61a2; fill: #db61a2 } .s5 { stroke: #9198a1; fill: #9198a1 }
    .s6 { stroke: #d29922; fill: #d29922 } .s7 { stroke: #39c5cf; fill: #39c5cf }
  }
"""
SERIES = 8  # colours there are


@dataclasses.dataclass
class Bar:
    name: str
    value: float
    kind: str = "peer"  # ours, floor or peer: its colour
    least: float | None = None  # over the rounds
    most: float | None = None


def number(value: float) -> str:
    """Three digits that count: 1,234 or 12.3 or 0.123."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def mark_text(value: float) -> str:
    """A round number on an axis."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def ticks(top: float, wanted: int = 5) -> list[float]:
    """Round numbers from 0 that end at or above `top`."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    return [step * i for i in range(math.ceil(top / step - 1e-9) + 1)]


def picture(height: float, title: str, about: str, body: list[str]) -> str:
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
             f'height="{height:g}" role="img" aria-labelledby="t d">',
             f'<title id="t">{escape(title)}</title>', f'<desc id="d">{escape(about)}</desc>', f"<style>{STYLE}</style>",
             f'<rect class="ground" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1:g}" rx="6"/>',
             f'<text class="title" x="16" y="27">{escape(title)}</text>', *body, "</svg>"]
    return "\n".join(lines) + "\n"


def words(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def bars(title: str, unit: str, rows: list[Bar]) -> str:
    """One bar a row, in the order given, with its figure and a whisker from least to most."""
    left, right, top, pitch, thick = 280, WIDTH - 70, 52, 26, 16
    marks = ticks(max((row.most if row.most is not None else row.value for row in rows), default=1))
    scale = (right - left) / marks[-1]
    bottom = top + pitch * len(rows)
    body = [words(left, 44, unit, "faint")]
    for mark in marks:
        x = left + mark * scale
        body += [f'<line class="grid" x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}"/>',
                 words(x, bottom + 16, mark_text(mark), "faint", "middle")]
    for index, row in enumerate(rows):
        y = top + pitch * index + (pitch - thick) / 2
        middle, end = y + thick / 2, left + row.value * scale
        body += [words(left - 10, middle + 4.5, row.name, "", "end"),
                 f'<rect class="{row.kind}" x="{left}" y="{y:.1f}" width="{row.value * scale:.1f}" height="{thick}" rx="2"/>']
        if row.least is not None and row.most is not None:
            body.append(f'<path class="whisker" d="M{left + row.least * scale:.1f} {middle:.1f}H{left + row.most * scale:.1f}"/>')
            end = max(end, left + row.most * scale)
        body.append(words(end + 8, middle + 4.5, number(row.value)))
    about = "; ".join(f"{row.name} {number(row.value)}" for row in rows)
    return picture(bottom + 30, title, f"{unit}: {about}", body)


def names_beside(right: float, top: float, ends: list[tuple[float, int, str]]) -> tuple[list[str], float]:
    """Names of series (y, number of the series, name) right of a picture, pushed apart where two would cover each other;
    and where the last one stands."""
    body, below = [], top - 16.0
    for y, index, name in sorted(ends):
        below = max(y + 4, below + 16)
        body += [f'<circle class="s{index % SERIES}" cx="{right + 14}" cy="{below - 4:.1f}" r="4"/>',
                 words(right + 24, below, name)]
    return body, below


def lines(title: str, across: str, up: str, series: dict[str, list[tuple[float, float]]],
          logarithmic: bool = False) -> str:
    """Lines of points (x, y), each named beside it; `logarithmic` stretches x by powers of ten (x > 0)."""
    left, right, top, bottom = 70, WIDTH - 200, 60, 360
    place = math.log10 if logarithmic else float
    xs = [place(x) for points in series.values() for x, _ in points]
    least, most = min(xs, default=0.0), max(xs, default=1.0)
    width = (most - least) or 1.0
    marks = ticks(max((y for points in series.values() for _, y in points), default=1))

    def spot(x: float, y: float) -> tuple[float, float]:
        return left + (place(x) - least) / width * (right - left), bottom - y / marks[-1] * (bottom - top)

    body = [words(left - 54, 48, up, "faint"), words((left + right) / 2, bottom + 38, across, "faint", "middle")]
    for mark in marks:
        y = bottom - mark / marks[-1] * (bottom - top)
        body += [f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>',
                 words(left - 8, y + 4, mark_text(mark), "faint", "end")]
    for x in sorted({x for points in series.values() for x, _ in points})[:: max(1, len(set(xs)) // 8)]:
        body.append(words(spot(x, 0)[0], bottom + 18, mark_text(x), "faint", "middle"))
    names, below = names_beside(right, top, [(spot(*points[-1])[1], index, name)
                                             for index, (name, points) in enumerate(series.items()) if points])
    body += names
    for index, points in enumerate(series.values()):
        path = "L".join("{:.1f} {:.1f}".format(*spot(x, y)) for x, y in points)
        body.append(f'<path class="line s{index % SERIES}" d="M{path}"/>')
    return picture(max(bottom + 54, below + 16), title, f"{up} by {across}: {', '.join(series)}", body)


def points(title: str, across: str, up: str, series: dict[str, list[tuple[float, float]]], step: float = 0.05) -> str:
    """Points (x, y) in two equal scales that begin and end at multiples of `step` around them; a line through each series
    of more than one, and names beside the picture."""
    left, right, top, bottom = 70, WIDTH - 200, 60, 400
    values = [value for places in series.values() for place in places for value in place] or [0.0, step]
    first, last = math.floor(min(values) / step + 1e-9), math.ceil(max(values) / step - 1e-9)
    last = max(last, first + 1)

    def spot(x: float, y: float) -> tuple[float, float]:
        return (left + (x / step - first) / (last - first) * (right - left),
                bottom - (y / step - first) / (last - first) * (bottom - top))

    body = [words(left - 54, 48, up, "faint"), words((left + right) / 2, bottom + 38, across, "faint", "middle")]
    for mark in (number * step for number in range(first, last + 1)):
        x, y = spot(mark, mark)
        body += [f'<path class="grid" d="M{x:.1f} {top}V{bottom}M{left} {y:.1f}H{right}"/>',
                 words(x, bottom + 18, f"{mark:.2f}", "faint", "middle"), words(left - 8, y + 4, f"{mark:.2f}", "faint", "end")]
    for index, places in enumerate(series.values()):
        spots = [spot(*place) for place in places]
        if len(spots) > 1:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
            body.append(f'<path class="line s{index % SERIES}" d="M{path}"/>')
        body += [f'<circle class="s{index % SERIES}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>' for x, y in spots]
    names, below = names_beside(right, top, [(spot(*places[0])[1], index, name)
                                             for index, (name, places) in enumerate(series.items()) if places])
    about = "; ".join(f"{name} " + ", ".join(f"{x:.3f} / {y:.3f}" for x, y in places) for name, places in series.items())
    return picture(max(bottom + 54, below + 16), title, f"{across} / {up}: {about}", body + names)
