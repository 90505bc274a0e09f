"""The optimizer of our recipe in PyTorch, for the scripts beside this one."""

import torch


def decay_groups(model: torch.nn.Module, decay: float) -> list[dict]:
    """Biases and layer norms do not decay."""
    decaying = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": decaying, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


class Recipe:
    """AdamW with warm-up, linear decrease to 0 and clipping, over batches in random order."""

    def __init__(self, model: torch.nn.Module, examples: int, settings: dict):
        self.model = model
        self.settings = settings
        self.examples = examples
        groups = decay_groups(model, settings["weightDecay"])
        self.optimizer = torch.optim.AdamW(groups, lr=settings["learningRate"], eps=1e-8, fused=True)
        self.steps = -(-examples // settings["batchSize"]) * settings["epochs"]
        self.warmup = round(self.steps * settings["warmupShare"])
        self.step = 0

    def batches(self) -> list[list[int]]:
        """The indices of an epoch's examples, by batch."""
        order, size = torch.randperm(self.examples).tolist(), self.settings["batchSize"]
        return [order[start : start + size] for start in range(0, len(order), size)]

    def update(self, loss: torch.Tensor) -> None:
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings["clipNorm"])
        warming = self.step < self.warmup
        share = (self.step + 1) / self.warmup if warming else (self.steps - self.step) / (self.steps - self.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings["learningRate"] * share
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
