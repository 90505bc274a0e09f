import json
import math
import sys

import onnxruntime
from transformers import AutoTokenizer

OUTSIDE, BEGIN, INSIDE = 0, 1, 2


class Tagger:
    """A tagger's folder in ONNX Runtime. Offsets count code points, as Python's strings do."""

    def __init__(self, folder, view=None):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.session = onnxruntime.InferenceSession(f"{folder}/onnx/model_quantized.onnx")
        config = json.load(open(f"{folder}/config.json", encoding="utf-8"))
        rows = {name: int(row) for row, name in config["id2label"].items()}
        threshold, views = config["falconframes"]["threshold"], config["falconframes"].get("views") or {}
        labels = [name[2:] for name in rows if name.startswith("B-")]
        # A view shows some labels, as classes; the first is the default. Without views, each label is a class.
        chosen = views[view or next(iter(views))] if views else {label: [label] for label in labels}
        share = lambda label: threshold[label] if isinstance(threshold, dict) else threshold
        self.classes = [
            (name, rows[f"B-{label}"], rows[f"I-{label}"], math.log(share(label) / (1 - share(label))))
            for name, shown in chosen.items()
            for label in shown
        ]

    def tag(self, sentence):
        encoded = self.tokenizer(sentence, return_offsets_mapping=True, return_tensors="np", truncation=True, max_length=256)
        offsets = encoded.pop("offset_mapping")[0].tolist()
        given = {one.name: encoded[one.name].astype("int64") for one in self.session.get_inputs()}
        [logits] = self.session.run(["logits"], given)
        words = {}  # the tokens of each word
        for token, word in enumerate(encoded.word_ids()):
            if word is not None:
                words.setdefault(word, []).append(token)
        found = []
        for name, begin, inside, limit in self.classes:
            b = [logits[0, first, begin] + logits[0, rest, inside].sum() - limit * (1 + len(rest)) for first, *rest in words.values()]
            i = [logits[0, tokens, inside].sum() - limit * len(tokens) for tokens in words.values()]
            for state, (first, *rest) in zip(best_path(b, i), words.values()):
                if state == BEGIN:
                    found.append({"start": offsets[first][0], "label": name})
                if state != OUTSIDE:
                    found[-1]["end"] = offsets[rest[-1] if rest else first][1]
        found.sort(key=lambda one: one["start"])
        return [{**one, "text": sentence[one["start"] : one["end"]]} for one in found]


def best_path(begin, inside):
    """The states of all words with the highest sum (Viterbi): outside counts 0, and inside follows only begin or inside."""
    scores, before = [0, -math.inf, -math.inf], []
    for b, i in zip(begin, inside):
        any_state = max(range(3), key=lambda state: scores[state])
        open_state = max((BEGIN, INSIDE), key=lambda state: scores[state])
        before.append((any_state, any_state, open_state))
        scores = [scores[any_state], scores[any_state] + b, scores[open_state] + i]
    path = [max(range(3), key=lambda state: scores[state])]
    for choices in reversed(before):
        path.append(choices[path[-1]])
    return path[-2::-1]


if __name__ == "__main__":
    for mention in Tagger(sys.argv[1]).tag(sys.argv[2]):
        print(mention)
