"""A bar on standard error while a training runs: tqdm's where that is installed, else a line."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

try:
    import tqdm.auto
except ImportError:
    _tqdm: Any = None
else:
    _tqdm = tqdm.auto.tqdm

Show = Callable[[int, str], None]
"""Takes the steps made so far and what to say about them."""


@contextlib.contextmanager
def bar(title: str, steps: int, wanted: bool | None) -> Iterator[Show]:
    """What shows progress until the block ends. By default on terminals and in notebooks only."""
    if wanted is None:
        wanted = sys.stderr.isatty() or "ipykernel" in sys.modules
    if not wanted:
        yield lambda step, text: None
    elif _tqdm is not None:
        with _tqdm(total=steps, desc=title, unit="step") as shown:
            def show(step: int, text: str) -> None:
                shown.set_postfix_str(text, refresh=False)
                shown.update(step - shown.n)
            yield show
    else:
        def write(step: int, text: str) -> None:
            print(f"\r{title}: {step}/{steps} steps, {text}", end="\x1b[K", file=sys.stderr,
                  flush=True)
        try:
            yield write
        finally:
            print(file=sys.stderr)
