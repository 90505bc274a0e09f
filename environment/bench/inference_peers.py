"""The Python contenders of `falconframes benchmark --peers` (src/benchmark/peers.ts), one per process.

    python inference_peers.py KIND MODEL_FOLDER THREADS SCRATCH_FOLDER

KIND is `torch` (eager, fp32), `torch-int8` (dynamic), `distilbert` (its shape with random weights, eager), `onnxruntime` or
`onnxruntime-int8` (the files of MODEL_FOLDER/onnx). When ready, prints {"file", "parameters"}: the file whose size counts, and the
number of weights. For a list of windows of token ids on standard input, prints {"seconds", "logits"}, with flat logits per window;
for null, {"peak_megabytes"}.
"""

import json
import os
import re
import sys
import time
import warnings

# Standard output is reserved for the protocol.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

# Deprecation warnings of dynamic quantization are irrelevant to a benchmark.
warnings.simplefilter("ignore")

# Padded tokens per call, as on the TypeScript side.
TOKENS_A_CALL = 1024


class OnnxRuntime:
    def __init__(self, file: str, threads: int):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self.file = file
        self.parameters = None

    def run(self, ids, mask):
        import numpy

        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        # DistilBERT has no segments, and ONNX Runtime rejects inputs that the file does not have.
        known = {given.name: feeds[given.name] for given in self.session.get_inputs()}
        return self.session.run(["logits"], known)[0]


class Torch:
    def __init__(self, kind: str, folder: str, threads: int, scratch: str):
        import torch
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        classes = transformers.AutoModelForTokenClassification
        if kind != "distilbert" and is_text_classifier(folder):
            classes = transformers.AutoModelForSequenceClassification
        if kind == "distilbert":
            # The defaults are the configuration of distilbert-base-uncased.
            model = classes.from_config(transformers.DistilBertConfig(num_labels=9))
        else:
            model = classes.from_pretrained(folder, dtype=torch.float32)
        model.eval()
        self.parameters = sum(parameter.numel() for parameter in model.parameters())
        if kind == "torch-int8":
            model = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)
        if kind == "torch":
            self.file = None  # the weights of the folder, in whichever form they are
        else:
            self.file = os.path.join(scratch, f"{kind}.pt")
            torch.save(model.state_dict(), self.file)
        self.torch, self.model = torch, model

    def run(self, ids, mask):
        with self.torch.inference_mode():
            tensors = {"input_ids": self.torch.from_numpy(ids), "attention_mask": self.torch.from_numpy(mask)}
            return self.model(**tensors).logits.numpy()


def is_text_classifier(folder: str) -> bool:
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        architectures = json.load(file).get("architectures") or [""]
    return architectures[0].endswith("ForSequenceClassification")


def batches_of(windows: list[list[int]]):
    """Batches windows of similar length, to minimize padding."""
    batch: list[int] = []
    for index in sorted(range(len(windows)), key=lambda index: len(windows[index])):
        if batch and (len(batch) + 1) * len(windows[index]) > TOKENS_A_CALL:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def score(contender, windows: list[list[int]]) -> dict:
    import numpy

    logits: list = [None] * len(windows)
    start = time.perf_counter()
    for batch in batches_of(windows):
        length = max(len(windows[index]) for index in batch)
        ids = numpy.zeros((len(batch), length), dtype=numpy.int64)
        mask = numpy.zeros((len(batch), length), dtype=numpy.int64)
        for row, index in enumerate(batch):
            ids[row, : len(windows[index])] = windows[index]
            mask[row, : len(windows[index])] = 1
        output = contender.run(ids, mask)
        for row, index in enumerate(batch):
            # A tagger has logits for each token, a classifier for the text.
            logits[index] = output[row, : len(windows[index])] if output.ndim == 3 else output[row]
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "logits": [rows.reshape(-1).tolist() for rows in logits]}


def peak_megabytes() -> float:
    """Returns the peak of this program alone: `getrusage` starts from the parent's."""
    with open("/proc/self/status") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) * 1024 / 1e6


def main(kind: str, folder: str, threads: str, scratch: str) -> None:
    if kind.startswith("onnxruntime"):
        name = "model_quantized.onnx" if kind.endswith("int8") else "model.onnx"
        contender = OnnxRuntime(os.path.join(folder, "onnx", name), int(threads))
    else:
        contender = Torch(kind, folder, int(threads), scratch)
    print(json.dumps({"file": contender.file, "parameters": contender.parameters}), file=answers, flush=True)
    for line in sys.stdin:
        windows = json.loads(line)
        answer = {"peak_megabytes": peak_megabytes()} if windows is None else score(contender, windows)
        print(json.dumps(answer), file=answers, flush=True)


main(*sys.argv[1:])
