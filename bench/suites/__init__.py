"""What bench/run.py can measure: each module of this folder is a suite, named by its file.

    TITLE       the heading of its section in docs/figures.md, should it have none yet
    TARGETS     CMake targets that it runs beside `gustfront` (optional)
    add_arguments(parser)           flags of its own, each starting with the suite's name (optional)
    measure(context) -> results     runs; an answer that is wrong, missing or not what the suite is about raises
    tables(results) -> str          Markdown
    pictures(results) -> dict       file name under docs/figures to SVG (optional); `tables` links them as figures/NAME

What `measure` returns is the suite's own; `results.py` has what several share. In a smoke run (`context.smoke`) a suite
does little, judges no times, and works without the peers.
"""
