"""One round of seqeval for `npm run bench -- scoring`: `python seqeval_scoring.py SEQUENCES`, a file with `gold` and `predicted`.

Prints one JSON object: for each mode the report and the seconds it took.
"""

import json
import sys
import time

from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

with open(sys.argv[1]) as file:
    sequences = json.load(file)
modes = {"default": {}, "strict": {"mode": "strict", "scheme": IOB2}}
results = {}
for name, options in modes.items():
    start = time.perf_counter()
    report = classification_report(sequences["gold"], sequences["predicted"], output_dict=True, **options)
    seconds = time.perf_counter() - start
    rows = {key: {column: float(value) for column, value in row.items()} for key, row in report.items()}
    results[name] = {"seconds": seconds, "report": rows}
print(json.dumps(results))
