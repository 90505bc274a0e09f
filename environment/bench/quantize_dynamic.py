"""What `onnxruntime.quantization` makes of an exported model, for `npm run bench -- quantization`.

    python quantize_dynamic.py SOURCE_FILE TARGET_FILE

Dynamic, a scale a column, signed weights of seven bits: what its documentation recommends for processors without VNNI, on which eight
overflow. It says {"file"} when the target is written.
"""

import json
import logging
import sys

from onnxruntime.quantization import QuantType, quantize_dynamic

# That the model was not pre-processed is no news: the export writes all shapes that count.
logging.disable(logging.WARNING)

source, target = sys.argv[1:]
quantize_dynamic(source, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
print(json.dumps({"file": target}), flush=True)
sys.stdin.read()
