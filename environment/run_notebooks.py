"""Executes notebooks with the TypeScript kernel, and combines them into one HTML report.

    python run_notebooks.py run --out FOLDER NOTEBOOK...     executes them in order, stops at the first error
    python run_notebooks.py report --out FILE NOTEBOOK...    one page of executed notebooks, readable offline
    python run_notebooks.py pages --out FOLDER NOTEBOOK...   a page of the same kind for each

`run` writes each completed notebook, and times.json with the seconds that each took, into FOLDER. The kernel inherits the
environment variables from which notebooks read their profile (FALCONFRAMES_PROFILE and others).
"""

import argparse
import asyncio
import atexit
import json
import os
import re
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from html import unescape
from pathlib import Path

# A kernel of the same name in the user's Jupyter folder must not take precedence.
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
os.environ.update(json.loads(Path(__file__).with_name("no-telemetry.json").read_text()))

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError


class NotebookError(Exception):
    """A cell failed; the message contains its source and the kernel's output."""


class KernelStartError(Exception):
    """The kernel exited, or was silent for a minute, before the first cell."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "report", "pages"):
        command = commands.add_parser(name)
        command.add_argument("--out", type=Path, required=True)
        command.add_argument("notebooks", type=Path, nargs="+")
    arguments = parser.parse_args()
    try:
        if arguments.command == "run":
            asyncio.run(run_all(arguments.notebooks, arguments.out))
        elif arguments.command == "report":
            write_report(arguments.notebooks, arguments.out)
        else:
            for path in arguments.notebooks:
                notebook = nbformat.read(path, as_version=4)
                write_page(notebook, title_of(notebook, path), arguments.out / f"{path.stem}.html")
    except NotebookError as error:
        sys.exit(f"\n{error}")
    except (asyncio.CancelledError, KeyboardInterrupt):
        print("\nInterrupted", file=sys.stderr)
        sys.exit(130)


class WatchedClient(NotebookClient):
    """Also shows the progress bars of the running cell on standard output."""

    # Frequent enough to follow, infrequent enough for a log file.
    seconds_between_lines = 1 if sys.stdout.isatty() else 30
    shown_at = float("-inf")

    def process_message(self, msg, cell, cell_index):
        html = msg["content"].get("data", {}).get("text/html", "")
        if "<progress" in html and time.monotonic() - self.shown_at >= self.seconds_between_lines:
            self.shown_at = time.monotonic()
            text = " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
            print(f"\r     {text:<110}" if sys.stdout.isatty() else f"\n     {text}", end="", flush=True)
        return super().process_message(msg, cell, cell_index)


async def run_all(paths, out):
    record = out / "times.json"
    times = json.loads(record.read_text()) if record.exists() else {}
    for path in paths:
        start = time.perf_counter()
        print(path.stem, flush=True)
        await run_one(path, out)
        times[path.stem] = round(time.perf_counter() - start, 1)
        print(f"  {path.stem} took {times[path.stem]:.1f} s", flush=True)
        write_atomically(record, json.dumps(times, indent=2) + "\n")


async def run_one(path, out):
    with tempfile.TemporaryFile("w+", errors="replace") as kernel_log:
        for attempts_left in (2, 1, 0):
            notebook = nbformat.read(path, as_version=4)
            try:
                await run_in_kernel(notebook, path.parent, kernel_log)
                break
            except KernelStartError as error:
                # Rare, most likely when another program takes a port that Jupyter chose for the kernel.
                if attempts_left == 0:
                    raise NotebookError(f"{path.name}: {error}\n{last_lines(kernel_log)}") from None
                print("  the kernel did not answer; starting another", flush=True)
            except NotebookError as error:
                failed = out / f"{path.stem}.failed.ipynb"
                write_atomically(failed, nbformat.writes(notebook))
                end = f"The partly executed notebook: {failed}"
                raise NotebookError(f"{path.name}, {error}\n{last_lines(kernel_log)}\n{end}") from None
    write_atomically(out / path.name, nbformat.writes(notebook))


async def run_in_kernel(notebook, folder, kernel_log):
    """Executes a notebook in place."""
    # tslab takes ten seconds to shut down gracefully, and has nothing to save.
    client = WatchedClient(
        notebook,
        kernel_name="tslab",
        timeout=None,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
    )
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(client.async_setup_kernel(stdout=kernel_log, stderr=kernel_log))
        except RuntimeError as error:
            # nbclient has ended this kernel, and would try again at exit.
            atexit.unregister(client._cleanup_kernel)
            raise KernelStartError(error) from None
        await run_cells(client, notebook)


def last_lines(log):
    log.seek(0)
    return "".join(log.readlines()[-20:])


async def run_cells(client, notebook):
    task = asyncio.current_task()
    interrupted = asyncio.Event()

    def interrupt():
        interrupted.set()
        task.cancel()

    # nbclient's handlers end the kernel but not the run.
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, interrupt)
    late_errors = []
    listener = asyncio.create_task(hear_late_errors(client, late_errors))
    cells = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for number, (index, cell) in enumerate(cells, start=1):
        start = time.perf_counter()
        title = next((line for line in cell.source.split("\n") if line.strip()), "")
        print(f"  {number}/{len(cells)}  {title[:90]}", end="", flush=True)
        try:
            await client.async_execute_cell(cell, index)
            if number == len(cells):
                await asyncio.sleep(0.3)
        except (CellExecutionError, DeadKernelError) as error:
            # nbclient mistakes a cancellation for a dead kernel.
            if interrupted.is_set():
                raise asyncio.CancelledError from None
            raise NotebookError(f"cell {number}:\n\n{cell.source}\n\n{reason_of(error, cell)}") from None
        finally:
            print(f"  {time.perf_counter() - start:.1f} s", flush=True)
        if late_errors:
            raise NotebookError(f"in cell {number} or before it, after the cell's end:\n\n{late_errors[0]}")
        # The kernel does not set the count.
        cell.execution_count = number
    listener.cancel()


async def hear_late_errors(client, late_errors):
    """Collects errors thrown after their cell has ended: nbclient drops them, and the kernel continues."""
    listener = client.km.client()
    listener.start_channels()
    try:
        while True:
            content = (await listener.get_iopub_msg(timeout=None))["content"]
            if re.match("UncaughtException:|UnhandledPromiseRejection:", content.get("text", "")):
                late_errors.append(without_kernel_frames(content["text"]))
    finally:
        listener.stop_channels()


def reason_of(error, cell):
    if isinstance(error, DeadKernelError):
        return "The kernel died in this cell (out of memory, or an error in native code)."
    said = [output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"]
    return without_kernel_frames("".join(said)) or str(error)


def without_kernel_frames(text):
    lines = text.strip().split("\n")
    return "\n".join(line for line in lines if not re.search(r"^ +at .*(tslab|node:vm|evalmachine)", line))


def write_report(paths, out):
    """Writes all notebooks on one page."""
    whole = nbformat.v4.new_notebook()
    contents = []
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        whole.metadata = notebook.metadata
        contents.append(f"- [{title_of(notebook, path)}](#{path.stem})")
        whole.cells.append(nbformat.v4.new_markdown_cell(f'<a id="{path.stem}"></a>\n\n---'))
        whole.cells += notebook.cells
    heading = "# FalconFrames: executed notebooks\n\n" + "\n".join(contents)
    whole.cells.insert(0, nbformat.v4.new_markdown_cell(heading))
    # Cells of different notebooks may have the same id.
    for number, cell in enumerate(whole.cells):
        cell.id = f"cell-{number}"
    write_page(whole, "FalconFrames", out)


def write_page(notebook, title, out):
    """Writes a notebook as a page that loads nothing from other servers."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="lab", embed_images=True, require_js_url="", mathjax_url="")
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    # Removes the template's scripts for formulas and diagrams, which the notebooks do not use, since they are loaded from other servers.
    loaders = re.compile(r'<script (?:src=""|type="(?:module|text/x-mathjax-config)")>.*?</script>', re.DOTALL)
    write_atomically(out, loaders.sub("", page))


def title_of(notebook, path):
    """Returns the first heading of a notebook."""
    for cell in notebook.cells:
        heading = cell.cell_type == "markdown" and re.search(r"^# +(.+)$", cell.source, re.MULTILINE)
        if heading:
            return heading[1]
    return path.stem


def write_atomically(path, text):
    """Renames the file when complete, so that no partial file has the final name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


if __name__ == "__main__":
    main()
