"""The Python side of `npm run bench -- saved-models`: loads models saved by falconframes in transformers, and saves them for it.

Each line of standard input names a folder with a saved model, and `inputs.json` with input_ids and attention_mask. The weights are then
changed slightly and saved with `save_pretrained` in the folder `back`. The answer is one line with the logits of both.
"""

import json
import pathlib
import sys

import torch
import transformers

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
TASKS = ("ForTokenClassification", "ForSequenceClassification", "ForMaskedLM")


def exchange(folder: pathlib.Path) -> dict:
    inputs = {key: torch.tensor(rows) for key, rows in json.loads((folder / "inputs.json").read_text()).items()}
    name = json.loads((folder / "config.json").read_text())["architectures"][0]
    task = next(end for end in TASKS if name.endswith(end))
    model, loading = getattr(transformers, f"AutoModel{task}").from_pretrained(folder, output_loading_info=True)
    assert not loading["missing_keys"] and not loading["unexpected_keys"], loading
    model.eval()
    with torch.no_grad():
        logits = model(**inputs).logits
        torch.manual_seed(1)
        for parameter in model.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
        model.save_pretrained(folder / "back")
        changed = model(**inputs).logits
    return {
        "class": name,
        "labels": model.config.id2label,
        "problem": model.config.problem_type,
        "logits": logits.flatten().tolist(),
        "changed": changed.flatten().tolist(),
    }


print(json.dumps({"transformers": transformers.__version__, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(exchange(pathlib.Path(json.loads(line)))), flush=True)
