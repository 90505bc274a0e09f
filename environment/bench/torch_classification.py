"""PyTorch's side of `npm run bench -- text-classification` (src/studies/text-classification.bench.ts).

    python torch_classification.py ENCODER_FOLDER TRAIN.jsonl TEST.jsonl SETTINGS.json

Fine-tunes AutoModelForSequenceClassification on lines {"text", "label"} with the optimizer, schedule, clipping, dropout and number of
steps of our recipe; with a "teacher" in the settings it learns from the logits in that folder too (Hinton et al. 2015). Batches are
random and padded to their longest text. For each line on standard input, {"seed"}, prints {"labels", "seconds"}: the label predicted
for each test text after the last epoch, and the time of the steps. With "start" it begins with the classifier in "folder" instead of a
new head, and takes the batches of "epochs", lists of rows, instead of random ones; "dropout" in the settings replaces the encoder's.
"""

import gzip
import hashlib
import json
import os
import sys
import time

# Standard output is reserved for the protocol.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch
import torch.nn.functional as F
import transformers
from torch_recipe import Recipe
from transformers import AutoModelForSequenceClassification, AutoTokenizer

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def read(path: str) -> list[dict]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def read_answers(folder: str, texts: list[str]) -> torch.Tensor:
    """The teacher's logits of each text, as keepSoftTargets wrote them // [texts, labels]"""
    with gzip.open(os.path.join(folder, "soft-targets.jsonl.gz"), "rt") as file:
        logits = {row["text"]: row["logits"] for row in map(json.loads, file)}
    keys = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]
    unanswered = [text for text, key in zip(texts, keys) if key not in logits]
    if unanswered:
        sys.exit(f"{folder}: has no answer to {unanswered[0]!r} and {len(unanswered) - 1} more; keep answers to all training texts")
    return torch.tensor([logits[key] for key in keys])


class Classification:
    def __init__(self, folder: str, train: str, test: str, settings: dict):
        self.folder = folder
        self.settings = settings
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        parts = [read(path) for path in (train, test)]
        self.names = sorted({row["label"] for row in parts[0]})
        self.answers = None
        if "teacher" in settings:
            with open(os.path.join(settings["teacher"], "config.json")) as file:
                self.names = [name for _, name in sorted(json.load(file)["id2label"].items(), key=lambda one: int(one[0]))]
            self.answers = read_answers(settings["teacher"], [row["text"] for row in parts[0]])
        self.targets = torch.tensor([self.names.index(row["label"]) for row in parts[0]])
        self.train, self.test = [self.encode([row["text"] for row in part]) for part in parts]

    def encode(self, texts: list[str]) -> list[list[int]]:
        return self.tokenizer(texts, truncation=True, max_length=self.settings["maximumLength"])["input_ids"]

    def collate(self, windows: list[list[int]]) -> dict[str, torch.Tensor]:
        padded = self.tokenizer.pad({"input_ids": windows}, padding="longest", return_tensors="pt")
        return {name: padded[name] for name in ("input_ids", "attention_mask")}

    def run(self, seed: int, start: dict | None = None) -> dict:
        torch.manual_seed(seed)
        folder = self.folder if start is None else start["folder"]
        model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(self.names))
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout) and "dropout" in self.settings:
                module.p = self.settings["dropout"]
        recipe = Recipe(model, len(self.train), self.settings)
        seconds = 0.0
        model.train()
        for epoch in range(self.settings["epochs"]):
            for rows in recipe.batches() if start is None else start["epochs"][epoch]:
                started = time.perf_counter()
                logits = model(**self.collate([self.train[row] for row in rows])).logits
                recipe.update(self.loss(logits, rows))
                seconds += time.perf_counter() - started
        return {"labels": self.predict(model), "seconds": seconds}

    def loss(self, logits: torch.Tensor, rows: list[int]) -> torch.Tensor:
        of_labels = F.cross_entropy(logits, self.targets[rows])
        if self.answers is None:
            return of_labels
        alpha, temperature = self.settings["alpha"], self.settings["temperature"]
        given, wanted = [(values / temperature).log_softmax(-1) for values in (logits, self.answers[rows])]
        divergence = F.kl_div(given, wanted, reduction="batchmean", log_target=True)
        return alpha * of_labels + (1 - alpha) * temperature**2 * divergence

    def predict(self, model: torch.nn.Module) -> list[str]:
        model.eval()
        labels = []
        with torch.no_grad():
            for start in range(0, len(self.test), 64):
                logits = model(**self.collate(self.test[start : start + 64])).logits
                labels += [self.names[best] for best in logits.argmax(-1).tolist()]
        return labels


def main(folder: str, train: str, test: str, settings_path: str) -> None:
    with open(settings_path) as file:
        classification = Classification(folder, train, test, json.load(file))
    versions = {"transformers": transformers.__version__, "torch": torch.__version__}
    print(json.dumps({**versions, "threads": torch.get_num_threads()}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(classification.run(**json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
