"""The Python contenders of `npm run bench -- training` (src/training/training.bench.ts), the Trainer or the loops.

    python torch_training.py trainer|loop MODEL_FOLDER EXAMPLES.json

The examples are rounds of batches of windows {input_ids, labels, known}. For each line on standard input, {"contender", "round"},
prints {"tokens", "seconds"}: real tokens, without padding, and the time of that round's steps.
"""

import json
import os
import random
import sys
import tempfile
import time

# Standard output is reserved for the protocol.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch
import torch.nn.functional as F
import transformers
from torch_recipe import decay_groups
from transformers import AutoModelForTokenClassification, Trainer, TrainerCallback, TrainingArguments

OUTPUTS = 8
transformers.logging.set_verbosity_error()


def fresh_model(folder: str) -> torch.nn.Module:
    torch.manual_seed(1)
    return AutoModelForTokenClassification.from_pretrained(folder, num_labels=OUTPUTS).train()


def collate(windows: list[dict]) -> dict[str, torch.Tensor]:
    """Pads to the longest window; stacks the labels and the mask of known labels // [batch, length, 2, outputs]"""
    length = max(len(window["input_ids"]) for window in windows)
    ids = torch.zeros(len(windows), length, dtype=torch.long)
    mask = torch.zeros(len(windows), length, dtype=torch.long)
    labels = torch.zeros(len(windows), length, 2, OUTPUTS)
    for row, window in enumerate(windows):
        size = len(window["input_ids"])
        ids[row, :size] = torch.tensor(window["input_ids"])
        mask[row, :size] = 1
        labels[row, :size, 0] = torch.tensor(window["labels"], dtype=torch.float32).view(size, OUTPUTS)
        labels[row, :size, 1] = torch.tensor(window["known"], dtype=torch.float32).view(size, OUTPUTS)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def masked_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    targets, known = labels.unbind(2)
    return F.binary_cross_entropy_with_logits(logits.float(), targets, known, reduction="sum") / known.sum().clamp(min=1)


def tokens_of(batches: list[list[dict]]) -> int:
    return sum(len(window["input_ids"]) for batch in batches for window in batch)


class TrainerDefaults:
    """Hugging Face's Trainer with its defaults: random order, padding to the longest window of a batch."""

    def __init__(self, folder: str):
        self.model = fresh_model(folder)

    def run(self, batches: list[list[dict]], number: int) -> float:
        windows = [window for batch in batches for window in batch]
        random.Random(number).shuffle(windows)
        clock = Clock()
        with tempfile.TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                output_dir=folder,
                per_device_train_batch_size=len(batches[0]),
                num_train_epochs=1,
                remove_unused_columns=False,
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
            )
            Trainer(
                model=self.model,
                args=arguments,
                train_dataset=windows,
                data_collator=collate,
                compute_loss_func=lambda outputs, labels, **_: masked_loss(outputs.logits, labels),
                callbacks=[clock],
            ).train()
        return clock.seconds


class Clock(TrainerCallback):
    """Measures from the start of the first step to the end of the last, without the Trainer's work before and after."""

    started = None
    seconds = 0.0

    def on_step_begin(self, *_, **__):
        self.started = self.started or time.perf_counter()

    def on_step_end(self, *_, **__):
        self.seconds = time.perf_counter() - self.started


class Loop:
    """A hand-written loop: batches of similar length, fused AdamW, optional bf16. (torch.compile was slower on CPU.)"""

    def __init__(self, folder: str, bf16: bool = False):
        self.model = fresh_model(folder)
        self.optimizer = torch.optim.AdamW(decay_groups(self.model, 0.01), lr=1e-4, fused=True)
        self.bf16 = bf16

    def run(self, batches: list[list[dict]], _: int) -> float:
        started = time.perf_counter()
        for windows in batches:
            batch = collate(windows)
            labels = batch.pop("labels")
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
                logits = self.model(**batch).logits
            masked_loss(logits, labels).backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()
        return time.perf_counter() - started


def has_bf16() -> bool:
    return bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)())


def main(kind: str, folder: str, examples: str) -> None:
    with open(examples) as file:
        rounds = json.load(file)
    if kind == "trainer":
        contenders = {"trainer": TrainerDefaults(folder)}
    else:
        contenders = {"torch fp32": Loop(folder)}
        if has_bf16():
            contenders["torch bf16"] = Loop(folder, bf16=True)
    print(json.dumps({"contenders": list(contenders), "threads": torch.get_num_threads()}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        batches = rounds[asked["round"]]
        seconds = contenders[asked["contender"]].run(batches, asked["round"])
        print(json.dumps({"tokens": tokens_of(batches), "seconds": seconds}), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
