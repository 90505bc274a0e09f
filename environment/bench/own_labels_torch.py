"""PyTorch's side of `npm run bench -- own-labels` (src/training/own-labels.bench.ts).

    python own_labels_torch.py ENCODER_FOLDER TRAIN.jsonl DEV.jsonl TEST.jsonl SETTINGS.json

Fine-tunes AutoModelForTokenClassification on words with IOB2 tags, the first piece of each word carrying its label, with the optimizer,
schedule, dropout and number of steps of our recipe; keeps the epoch with the best mean F1 on dev and prints its strict micro F1 on test.
Batches are random and padded to their longest sentence. Scores are computed here, from sets of (sentence, start, end, label).
"""

import copy
import json
import os
import sys

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch
import torch.nn.functional as F
import transformers
from torch_recipe import Recipe
from transformers import AutoModelForTokenClassification, AutoTokenizer

transformers.logging.set_verbosity_error()


def read(path: str) -> list[tuple[list[str], list[str]]]:
    """Reads the words and IOB2 tags of each sentence."""
    sentences = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            sentence = json.loads(line)
            # Offsets count UTF-16 code units.
            units = sentence["text"].encode("utf-16-le")
            words = [units[2 * word["start"] : 2 * word["end"]].decode("utf-16-le") for word in sentence["words"]]
            tags = ["O"] * len(words)
            for span in sentence["spans"]:
                inside = [
                    index
                    for index, word in enumerate(sentence["words"])
                    if span["start"] <= word["start"] and word["end"] <= span["end"]
                ]
                for index in inside:
                    tags[index] = ("B-" if index == inside[0] else "I-") + span["label"]
            sentences.append((words, tags))
    return sentences


def mentions(tags: list[list[str]]) -> set[tuple[int, int, int, str]]:
    found = set()
    for number, own in enumerate(tags):
        start = None
        for index, tag in enumerate([*own, "O"]):
            continues = start is not None and tag == "I-" + own[start][2:]
            if start is not None and not continues:
                found.add((number, start, index, own[start][2:]))
                start = None
            if tag != "O" and not continues:
                start = index
    return found


def f1(gold: set, predicted: set) -> float:
    return 2 * len(gold & predicted) / max(1, len(gold) + len(predicted))


def mean_f1(gold: set, predicted: set) -> float:
    labels = sorted({mention[3] for mention in gold})
    of = lambda mentions, label: {mention for mention in mentions if mention[3] == label}
    return sum(f1(of(gold, label), of(predicted, label)) for label in labels) / len(labels)


def main(folder: str, train: str, dev: str, test: str, settings_path: str) -> None:
    with open(settings_path) as file:
        settings = json.load(file)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    parts = [read(path) for path in (train, dev, test)]
    names = ["O", *(f"{prefix}-{label}" for label in settings["labels"] for prefix in "BI")]
    number = {name: index for index, name in enumerate(names)}

    def encode(sentences):
        encoded = []
        for words, tags in sentences:
            one = tokenizer(words, is_split_into_words=True, truncation=True, max_length=settings["maximumLength"])
            ids, firsts, seen = [], [], set()
            for position, word in enumerate(one.word_ids()):
                is_first = word is not None and word not in seen
                ids.append(number[tags[word]] if is_first else -100)
                if is_first:
                    seen.add(word)
                    firsts.append((position, word))
            encoded.append({"input_ids": one["input_ids"], "labels": ids, "firsts": firsts, "words": len(words)})
        return encoded

    def collate(examples):
        length = max(len(example["input_ids"]) for example in examples)
        pad = lambda key, value: torch.tensor([e[key] + [value] * (length - len(e[key])) for e in examples])
        ids = pad("input_ids", tokenizer.pad_token_id)
        mask = torch.tensor([[1] * len(e["input_ids"]) + [0] * (length - len(e["input_ids"])) for e in examples])
        return ids, mask, pad("labels", -100)

    examples = [encode(part) for part in parts]
    gold = [mentions([tags for _, tags in part]) for part in parts]

    def predict(model, part):
        model.eval()
        tags = []
        with torch.no_grad():
            for start in range(0, len(examples[part]), 64):
                batch = examples[part][start : start + 64]
                ids, mask, _ = collate(batch)
                best = model(input_ids=ids, attention_mask=mask).logits.argmax(-1)
                for row, example in enumerate(batch):
                    own = ["O"] * example["words"]
                    for position, word in example["firsts"]:
                        own[word] = names[int(best[row, position])]
                    tags.append(own)
        return mentions(tags)

    results = []
    for seed in settings["seeds"]:
        torch.manual_seed(seed)
        model = AutoModelForTokenClassification.from_pretrained(folder, num_labels=len(names))
        recipe = Recipe(model, len(examples[0]), settings)
        best = (-1.0, None)
        for epoch in range(settings["epochs"]):
            model.train()
            for rows in recipe.batches():
                ids, mask, labels = collate([examples[0][row] for row in rows])
                logits = model(input_ids=ids, attention_mask=mask).logits
                recipe.update(F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100))
            score = mean_f1(gold[1], predict(model, 1))
            print(f"PyTorch, seed {seed}, epoch {epoch + 1}: dev mean F1 {score:.3f}", file=sys.stderr, flush=True)
            if score > best[0]:
                best = (score, copy.deepcopy(model.state_dict()))
        model.load_state_dict(best[1])
        results.append(f1(gold[2], predict(model, 2)))
    print(json.dumps(results), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
