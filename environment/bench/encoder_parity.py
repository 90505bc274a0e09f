"""The Python side of `npm run bench -- encoder-parity`: what transformers and PyTorch compute for a saved token classifier.

Each line of standard input names a folder with a saved model and `inputs.json` with input_ids, attention_mask and direction. Writes
`gradients.safetensors`, the gradients of sum(logits * direction), and `trained.safetensors`, the weights after three steps of AdamW on
it, both without dropout, and `layers.safetensors`, the hidden states and attention weights of every layer, and answers with the logits, and with the ids of `texts` by the folder's own tokenizer.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def compute(folder: pathlib.Path) -> dict:
    given = json.loads((folder / "inputs.json").read_text())
    texts = given.pop("texts")
    direction = torch.tensor(given.pop("direction"))
    inputs = {key: torch.tensor(rows) for key, rows in given.items()}
    made, loading = transformers.AutoModelForTokenClassification.from_pretrained(folder, output_loading_info=True)
    assert not loading["missing_keys"] and not loading["unexpected_keys"], loading
    made.eval()
    # Only this implementation returns attention weights.
    made.set_attn_implementation("eager")
    with torch.no_grad():
        seen = made(**inputs, output_attentions=True, output_hidden_states=True)
    layers = {"hidden_states": torch.stack(seen.hidden_states), "attentions": torch.stack(seen.attentions)}
    save_file(layers, folder / "layers.safetensors")
    made.set_attn_implementation("sdpa")
    logits = made(**inputs).logits
    free = [p for n, p in made.named_parameters() if n.endswith("bias") or "LayerNorm" in n or "layer_norm" in n]
    decaying = [p for p in made.parameters() if not any(p is other for other in free)]
    groups = [{"params": decaying, "weight_decay": 0.1}, {"params": free, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-4)
    for step in range(3):
        optimizer.zero_grad()
        (made(**inputs).logits * direction).sum().backward()
        if step == 0:
            save_file({name: p.grad.clone() for name, p in made.named_parameters()}, folder / "gradients.safetensors")
        optimizer.step()
    save_file({name: p.detach().clone() for name, p in made.named_parameters()}, folder / "trained.safetensors")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return {"logits": logits.flatten().tolist(), "ids": [tokenizer(text)["input_ids"] for text in texts]}


print(json.dumps({"transformers": transformers.__version__, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(compute(pathlib.Path(json.loads(line)))), flush=True)
