"""Quantizes an exported model with `onnxruntime.quantization`, for `npm run bench -- quantization`.

    python quantize_dynamic.py SOURCE_FILE TARGET_FILE

Dynamic, one scale per column, signed weights of seven bits, as its documentation recommends for processors without VNNI, where eight
overflow. Prints {"file"} once the target is written.
"""

import json
import logging
import sys

from onnxruntime.quantization import QuantType, quantize_dynamic

# Pre-processing is unnecessary, since the export writes all relevant shapes: hide the warning.
logging.disable(logging.WARNING)

source, target = sys.argv[1:]
quantize_dynamic(source, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
print(json.dumps({"file": target}), flush=True)
sys.stdin.read()
